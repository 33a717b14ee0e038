package io.millrace.local.bench;

import io.millrace.infer.DjlModelEngine;
import io.millrace.infer.RowTokenizer;
import io.millrace.infer.store.ModelManifest;
import io.millrace.job.topic.Topics;
import io.millrace.local.bench.EngineFigures.Round;
import io.millrace.local.bench.EngineFigures.Run;
import io.millrace.local.bench.cpu.CpuSnapshot;
import io.millrace.local.bench.cpu.CpuUse;
import io.millrace.local.bench.cpu.ProcessCpu;
import io.millrace.local.bench.job.BenchClient;
import io.millrace.local.bench.job.Corpus;
import io.millrace.local.bench.job.RawEngine;
import io.millrace.local.bench.sim.Scenario.Mix;
import io.millrace.local.client.StackTraffic;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.FlinkMetrics;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How much of the model by itself is left behind Kafka, with all that has to do with money: the
 * same texts, in turns on the same machine, through the whole stack and as ideal batches of equal
 * lengths on as many threads. A round of the pipeline lasts from the first request's append until
 * the last answer is read.
 */
public final class EngineBench {

    private static final String TOKENS = "infer.infer.tokens";
    private static final String PADDED = "infer.infer.paddedTokens";
    private static final long METRICS_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long METRICS_PAUSE_MILLIS = 200;

    private final LocalStack running;
    private final List<String> book;
    private final Size size;
    private final Consumer<String> progress;
    private final int cores = Runtime.getRuntime().availableProcessors();

    private int next;

    /**
     * How much is measured.
     *
     * @param tokens of a round, of each way
     * @param rounds that medians are taken of
     * @param seed of the lengths
     */
    public record Size(int tokens, int rounds, long seed) {

        /** Refuses what has no median. */
        public Size {
            if (tokens < 1 || rounds < 1) {
                throw new IllegalArgumentException(
                        "%d tokens, %d rounds: give at least 1 of each".formatted(tokens, rounds));
            }
        }
    }

    /**
     * On a stack that runs, with a thread a model and provider.
     *
     * @param book passages of text
     */
    public EngineBench(
            LocalStack running, List<String> book, Size size, Consumer<String> progress) {
        this.running = running;
        this.book = book;
        this.size = size;
        this.progress = progress;
    }

    /** Runs it. */
    public BenchReport run() throws Exception {
        running.awaitDeposits();
        StackFile stack = running.file();
        DjlModelEngine engine =
                new DjlModelEngine(stack.jobOptions().getOrDefault("models.dir", ""), 1);
        int threads = stack.providers().size();
        BenchReport report =
                new BenchReport(
                        "engine",
                        "cpu, %d cores, %d threads of the model, %,d tokens a round"
                                .formatted(cores, threads, size.tokens()));
        try (BenchClient client =
                        new BenchClient(
                                stack.bootstrapServers(),
                                List.of(Topics.RESULTS, Topics.REJECTIONS, Topics.RECEIPTS));
                RawEngine raw = new RawEngine(engine, stack.model(), threads)) {
            FlinkMetrics metrics = running.metrics();
            for (Corpus corpus : corpora(engine, stack.model())) {
                List<long[][]> batches = RawEngine.equalLengths(corpus.rows());
                Pipeline pipeline = new Pipeline(client, metrics, corpus);
                progress.accept(corpus.label() + ": warm-up");
                pipeline.run();
                raw(raw, batches, corpus);
                List<Round> rounds = new ArrayList<>();
                for (int i = 1; i <= size.rounds(); i++) {
                    progress.accept(
                            "%s: round %d of %d".formatted(corpus.label(), i, size.rounds()));
                    long padded = metrics.sum(PADDED, PADDED).orElse(0);
                    Run whole = pipeline.run();
                    long paddedTokens = metrics.sum(PADDED, PADDED).orElse(0) - padded;
                    rounds.add(new Round(whole, raw(raw, batches, corpus), paddedTokens));
                }
                new EngineFigures(corpus.label(), cores, rounds).addTo(report);
            }
        }
        return report;
    }

    private List<Corpus> corpora(DjlModelEngine engine, String model) throws IOException {
        int longest = 0;
        for (ModelManifest manifest : engine.models()) {
            longest = manifest.id().equals(model) ? manifest.maxTokens() : longest;
        }
        List<Corpus> corpora = new ArrayList<>();
        try (RowTokenizer tokenizer = engine.tokenizer(model)) {
            for (Mix mix : List.of(Mix.TRACE, Mix.LOGNORMAL)) {
                corpora.add(Corpus.of(mix, book, size.tokens(), longest, size.seed(), tokenizer));
            }
            corpora.add(Corpus.ofBook(book, size.tokens(), longest, tokenizer));
        }
        return corpora;
    }

    private Run raw(RawEngine raw, List<long[][]> batches, Corpus corpus) throws Exception {
        long outside = outside();
        CpuSnapshot before = CpuSnapshot.take();
        raw.run(batches);
        CpuUse use = CpuSnapshot.take().since(before);
        long own = use.of(name -> name.startsWith(RawEngine.THREADS));
        long other = use.processNanos() - own + outside() - outside;
        return new Run(corpus.tokens(), use.wallNanos(), own, Math.max(0, other));
    }

    /** Processor time of broker and node. */
    private long outside() throws IOException {
        return ProcessCpu.nanos(running.broker().pid()) + ProcessCpu.nanos(running.chain().pid());
    }

    /** The whole stack, fed with the same texts again and again. */
    private final class Pipeline {

        private final BenchClient client;
        private final FlinkMetrics metrics;
        private final Corpus corpus;
        private final Traffic traffic;

        Pipeline(BenchClient client, FlinkMetrics metrics, Corpus corpus) throws IOException {
            this.client = client;
            this.metrics = metrics;
            this.corpus = corpus;
            this.traffic =
                    StackTraffic.of(running.file(), running.file().requesters(), corpus.texts());
            next = 0;
        }

        Run run() throws Exception {
            int count = corpus.texts().size();
            List<Traffic.Item> items = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                items.add(traffic.goodRequest(next++));
            }
            long wanted = metrics.sum(TOKENS, TOKENS).orElse(0) + corpus.tokens();
            long outside = outside();
            CpuSnapshot before = CpuSnapshot.take();
            client.send(items);
            client.await(Map.of(Topics.RESULTS, count));
            CpuUse use = CpuSnapshot.take().since(before);
            long others = outside() - outside + use.of(client::owns);
            long own = use.processNanos() - use.of(client::owns) - use.compilerNanos();
            client.await(Map.of(Topics.RECEIPTS, count)); // else it is settled in others' time
            awaitTokens(wanted);
            return new Run(corpus.tokens(), use.wallNanos(), own, others);
        }

        /** Flink gathers its metrics now and then. */
        private void awaitTokens(long wanted) throws Exception {
            long giveUp = System.nanoTime() + METRICS_LIMIT_NANOS;
            while (metrics.sum(TOKENS, TOKENS).orElse(0) < wanted && System.nanoTime() < giveUp) {
                TimeUnit.MILLISECONDS.sleep(METRICS_PAUSE_MILLIS);
            }
        }
    }
}
