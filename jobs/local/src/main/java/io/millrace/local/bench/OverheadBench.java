package io.millrace.local.bench;

import io.millrace.admit.RequestSignature;
import io.millrace.infer.store.ModelManifest;
import io.millrace.job.topic.Topics;
import io.millrace.local.bench.BenchReport.Bound;
import io.millrace.local.bench.cpu.CpuSnapshot;
import io.millrace.local.bench.cpu.CpuUse;
import io.millrace.local.bench.cpu.StackSampler;
import io.millrace.local.bench.job.BenchClient;
import io.millrace.local.bench.job.BenchStack;
import io.millrace.local.bench.job.IdentityModel;
import io.millrace.local.bench.job.KafkaPipe;
import io.millrace.local.bench.job.MoneyStage;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.Wallet;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * What the money path costs a request in processor time, stage by stage, with the cheapest model
 * there can be: from the request's append until its answer, charge, evidence and receipt are
 * visible. Beside it, in turns on the same Flink, a job that passes the same bytes from topic to
 * topic.
 *
 * <p>Counted is all that this process computes, but for the client, the model's own threads, the
 * virtual machine's compiler and what the idle stack takes in the same time. The stages are parts
 * of that by {@link StackSampler}, in a round of their own, as looking costs too.
 */
public final class OverheadBench {

    private static final String PLAIN = "plain";
    private static final String PLAIN_IN = "bench.plain.in";
    private static final String PLAIN_OUT = "bench.plain.out";
    private static final int PARALLELISM = 2;
    private static final int PROBES = 60;
    private static final int TEXTS = 997;
    private static final int WARM_UPS = 2;
    private static final double WANTED_IDLE = 0.05;

    private final BenchStack bench;
    private final ModelManifest model;
    private final Size size;
    private final Consumer<String> progress;

    private int next;

    /**
     * How much is measured.
     *
     * @param requests of a round
     * @param words of a request's text, a token each
     * @param rounds that medians are taken of
     * @param idleSeconds for which the idle stack is looked at
     */
    public record Size(int requests, int words, int rounds, int idleSeconds) {

        /** Refuses what has no median, or no text. */
        public Size {
            if (requests < 1 || rounds < 1 || idleSeconds < 1) {
                throw new IllegalArgumentException(
                        "%d requests, %d rounds, %d s idle: give at least 1 of each"
                                .formatted(requests, rounds, idleSeconds));
            }
            if (words < 1 || words > IdentityModel.MAX_TOKENS) {
                throw new IllegalArgumentException(
                        "a text of %d words; give 1 to %d"
                                .formatted(words, IdentityModel.MAX_TOKENS));
            }
        }
    }

    /**
     * On a stack that runs.
     *
     * @param model that {@link IdentityModel} has written to the stack's models, not on sale yet
     */
    public OverheadBench(
            BenchStack bench, ModelManifest model, Size size, Consumer<String> progress) {
        this.bench = bench;
        this.model = model;
        this.size = size;
        this.progress = progress;
    }

    /** Runs it. */
    public BenchReport run() throws Exception {
        bench.stack().awaitDeposits();
        sell();
        StackFile stack = bench.stack().file();
        bench.create(List.of(PLAIN_IN, PLAIN_OUT));
        try (BenchClient client =
                new BenchClient(
                        stack.bootstrapServers(),
                        List.of(
                                Topics.RESULTS,
                                Topics.REJECTIONS,
                                Topics.CHARGES,
                                Topics.EVIDENCE,
                                Topics.RECEIPTS,
                                PLAIN_OUT))) {
            Traffic traffic = traffic(stack);
            client.awaitAnswered(items(traffic, PROBES));
            for (int i = 1; i <= WARM_UPS; i++) {
                progress.accept("warm-up %d of %d".formatted(i, WARM_UPS));
                money(client, items(traffic, size.requests()));
            }
            CpuUse idleStack = idle("idle stack");
            KafkaPipe pipe =
                    new KafkaPipe(
                            PLAIN, stack.bootstrapServers(), PLAIN_IN, PLAIN_OUT, PARALLELISM);
            bench.submit(PLAIN, pipe::passThrough);
            return measure(client, traffic, idleStack);
        }
    }

    private BenchReport measure(BenchClient client, Traffic traffic, CpuUse idleStack)
            throws Exception {
        for (int i = 1; i <= WARM_UPS; i++) {
            progress.accept("warm-up of the pass-through");
            plain(client, items(traffic, size.requests()));
        }
        CpuUse idle = idle("both jobs idle");
        List<OverheadFigures.Round> rounds = new ArrayList<>();
        for (int i = 1; i <= size.rounds(); i++) {
            progress.accept("round %d of %d".formatted(i, size.rounds()));
            CpuUse money = money(client, items(traffic, size.requests())).without(idle);
            CpuUse plain = plain(client, items(traffic, size.requests())).without(idle);
            rounds.add(round(client, money, plain));
        }
        progress.accept("stage by stage");
        Sampled still = sampled(client, () -> idle("both jobs idle, stage by stage"));
        Sampled busy = sampled(client, () -> money(client, items(traffic, size.requests())));
        BenchReport report =
                new BenchReport(
                        "overhead",
                        "cpu, %,d requests of %d tokens a round, embeddings of %d numbers"
                                .formatted(size.requests(), size.words(), model.width()));
        report.add(
                "idle stack, Flink's CPU",
                (double) engine(client, idleStack) / idleStack.wallNanos(),
                "cores",
                Bound.AT_MOST,
                WANTED_IDLE);
        double ledgerBytes =
                (double) client.bytes(Topics.EVIDENCE)
                        / (client.bytes(Topics.EVIDENCE) + client.bytes(Topics.CHARGES));
        Map<String, Long> stages =
                OverheadFigures.without(
                        busy.nanos(),
                        still.nanos(),
                        (double) busy.use().wallNanos() / still.use().wallNanos());
        new OverheadFigures(rounds, stages, ledgerBytes).addTo(report);
        return report;
    }

    private OverheadFigures.Round round(BenchClient client, CpuUse money, CpuUse plain) {
        double requests = 1_000.0 * size.requests();
        long models = money.of(OverheadBench::isModel);
        return new OverheadFigures.Round(
                (engine(client, money) - models) / requests,
                engine(client, plain) / requests,
                models / requests);
    }

    /** All but what the client computes, and the compiler. */
    private static long engine(BenchClient client, CpuUse use) {
        return use.processNanos() - use.compilerNanos() - use.of(client::owns);
    }

    /** From the first request until the last receipt. */
    private CpuUse money(BenchClient client, List<Traffic.Item> items) throws IOException {
        CpuSnapshot before = CpuSnapshot.take();
        client.send(items);
        client.await(
                Map.of(
                        Topics.RESULTS,
                        items.size(),
                        Topics.CHARGES,
                        items.size(),
                        Topics.EVIDENCE,
                        items.size(),
                        Topics.RECEIPTS,
                        items.size()));
        return CpuSnapshot.take().since(before);
    }

    private CpuUse plain(BenchClient client, List<Traffic.Item> items) throws IOException {
        CpuSnapshot before = CpuSnapshot.take();
        for (Traffic.Item item : items) {
            client.send(PLAIN_IN, item.key(), item.value());
        }
        client.await(Map.of(PLAIN_OUT, items.size()));
        return CpuSnapshot.take().since(before);
    }

    /** Nanoseconds by stage, and of what works for none alone, the idle stack's work with them. */
    private record Sampled(CpuUse use, Map<String, Long> nanos) {}

    private static Sampled sampled(BenchClient client, Callable<CpuUse> work) throws Exception {
        CpuUse use;
        StackSampler sampler =
                StackSampler.start(
                        thread -> MoneyStage.isTask(thread) && !thread.contains(PLAIN),
                        (thread, stack) -> MoneyStage.of(thread, stack).label());
        try (sampler) {
            use = work.call();
        }
        Map<String, Long> nanos = new TreeMap<>(sampler.nanosByStage());
        nanos.putAll(
                OverheadFigures.Group.of(
                        use,
                        name ->
                                client.owns(name)
                                        || isModel(name)
                                        || MoneyStage.isTask(name)
                                        || name.equals(StackSampler.THREAD)));
        return new Sampled(use, nanos);
    }

    private CpuUse idle(String what) throws InterruptedException {
        progress.accept("%s, for %d s".formatted(what, size.idleSeconds()));
        CpuSnapshot before = CpuSnapshot.take();
        TimeUnit.SECONDS.sleep(size.idleSeconds());
        return CpuSnapshot.take().since(before);
    }

    private static boolean isModel(String thread) {
        return thread.startsWith("infer-");
    }

    private void sell() throws Exception {
        try (Wallet publisher = Wallet.ofPublisher(bench.stack())) {
            byte[] id = Hex.decode(model.id(), 32);
            BigInteger price = BigInteger.valueOf(bench.stack().file().priceNanoPerMillion());
            publisher.registry().register(id, price, "bench:" + model.name()).send();
            publisher.registry().activate(id, new byte[32]).send();
        }
    }

    private Traffic traffic(StackFile stack) throws IOException {
        List<byte[]> keys = new ArrayList<>();
        for (StackFile.Account requester : stack.requesters()) {
            keys.add(KeyFile.read(Path.of(requester.keyFile())));
        }
        return new Traffic(
                new RequestSignature(new Eip712Domain(stack.chainId(), stack.vault())),
                model.id(),
                keys,
                IntStream.range(0, TEXTS)
                        .mapToObj(i -> IdentityModel.text(size.words(), i))
                        .toList(),
                Clock.systemUTC().millis());
    }

    /** Signed beforehand: that is the client's work. */
    private List<Traffic.Item> items(Traffic traffic, int count) {
        List<Traffic.Item> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(traffic.goodRequest(next++));
        }
        return items;
    }
}
