package io.millrace.local.bench;

import io.millrace.infer.DjlModelEngine;
import io.millrace.infer.RowTokenizer;
import io.millrace.infer.store.ModelManifest;
import io.millrace.job.topic.Topics;
import io.millrace.local.bench.BenchReport.Bound;
import io.millrace.local.bench.job.BenchClient;
import io.millrace.local.bench.job.BenchStack;
import io.millrace.local.bench.job.Corpus;
import io.millrace.local.bench.job.Peer;
import io.millrace.local.bench.job.RawEngine;
import io.millrace.local.bench.sim.Scenario.Mix;
import io.millrace.local.client.StackTraffic;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.StackFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * This engine beside what else runs a model in Flink: the same texts, the same model on as many
 * threads, in turns on the same machine. Each from the first text's append until the last answer is
 * read; this engine with all that has to do with money, the others without.
 */
public final class PeersBench {

    private static final String ROW = "row";
    private static final String HTTP = "http";
    private static final double WANTED_ROW = 1.5;
    private static final double WANTED_HTTP = 2;
    private static final double NANOS = 1e9;

    private final BenchStack bench;
    private final List<String> book;
    private final EngineBench.Size size;
    private final Peer.Batching batching;
    private final Consumer<String> progress;

    private int next;

    /** What one round came to, in tokens a second. */
    record Round(double ours, double row, double http, double rawRows, double rawBatches) {}

    /**
     * On a stack that runs.
     *
     * @param book passages of text
     * @param batching of the HTTP server
     */
    public PeersBench(
            BenchStack bench,
            List<String> book,
            EngineBench.Size size,
            Peer.Batching batching,
            Consumer<String> progress) {
        this.bench = bench;
        this.book = book;
        this.size = size;
        this.batching = batching;
        this.progress = progress;
    }

    /** Runs it. */
    public BenchReport run() throws Exception {
        bench.stack().awaitDeposits();
        StackFile stack = bench.stack().file();
        DjlModelEngine engine =
                new DjlModelEngine(stack.jobOptions().getOrDefault("models.dir", ""), 1);
        int threads = stack.providers().size();
        BenchReport report =
                new BenchReport(
                        "peers",
                        "cpu, %d threads of the model, %,d tokens a round; http is a stand-in for a model server, batches of %d rows, %d ms"
                                .formatted(
                                        threads,
                                        size.tokens(),
                                        batching.rows(),
                                        batching.delayMillis()));
        try (Peer row = Peer.rowPerCall(bench, ROW, engine, stack.model(), threads);
                Peer http = Peer.http(bench, HTTP, engine, stack.model(), threads, batching);
                RawEngine raw = new RawEngine(engine, stack.model(), threads);
                BenchClient client =
                        new BenchClient(
                                stack.bootstrapServers(),
                                List.of(
                                        Topics.RESULTS,
                                        Topics.REJECTIONS,
                                        Topics.RECEIPTS,
                                        Peer.out(row.name()),
                                        Peer.out(http.name())))) {
            Corpus corpus = corpus(engine, stack.model());
            Traffic traffic = StackTraffic.of(stack, stack.requesters(), corpus.texts());
            List<Round> rounds = new ArrayList<>();
            for (int i = 0; i <= size.rounds(); i++) {
                progress.accept(i == 0 ? "warm-up" : "round %d of %d".formatted(i, size.rounds()));
                Round round = round(client, traffic, corpus, raw);
                if (i > 0) {
                    rounds.add(round);
                }
            }
            addTo(report, rounds);
        }
        return report;
    }

    private Round round(BenchClient client, Traffic traffic, Corpus corpus, RawEngine raw)
            throws Exception {
        double ours = ours(client, traffic, corpus);
        double row = peer(client, ROW, corpus);
        double http = peer(client, HTTP, corpus);
        List<long[][]> single = corpus.rows().stream().map(ids -> new long[][] {ids}).toList();
        return new Round(
                ours,
                row,
                http,
                raw(raw, single, corpus),
                raw(raw, RawEngine.equalLengths(corpus.rows()), corpus));
    }

    /** Adds what the rounds come to. A ratio is asked for only where batches pay at all. */
    static void addTo(BenchReport report, List<Round> rounds) {
        double ours = Medians.of(rounds, Round::ours);
        double row = Medians.of(rounds, Round::row);
        double gain = Medians.of(rounds, Round::rawBatches) / Medians.of(rounds, Round::rawRows);
        String unit = "tokens/s";
        if (gain >= WANTED_ROW) {
            report.addBeside(
                    "this engine, to a row a call", ours, unit, row, Bound.AT_LEAST, WANTED_ROW);
        } else {
            report.addBeside("this engine, to a row a call", ours, unit, row);
        }
        report.addBeside(
                "this engine, to an HTTP server",
                ours,
                unit,
                Medians.of(rounds, Round::http),
                Bound.AT_LEAST,
                WANTED_HTTP);
        report.addBeside(
                "the model by itself in ideal batches, to row by row: what batches can give",
                Medians.of(rounds, Round::rawBatches),
                unit,
                Medians.of(rounds, Round::rawRows));
    }

    private double ours(BenchClient client, Traffic traffic, Corpus corpus) throws IOException {
        int count = corpus.texts().size();
        List<Traffic.Item> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(traffic.goodRequest(next++));
        }
        long began = System.nanoTime();
        client.send(items);
        client.await(Map.of(Topics.RESULTS, count));
        double rate = rate(corpus, began);
        client.await(Map.of(Topics.RECEIPTS, count)); // else it is settled in others' time
        return rate;
    }

    private static double peer(BenchClient client, String name, Corpus corpus) throws IOException {
        long began = System.nanoTime();
        for (String text : corpus.texts()) {
            client.send(Peer.in(name), text, text.getBytes(StandardCharsets.UTF_8));
        }
        client.await(Map.of(Peer.out(name), corpus.texts().size()));
        return rate(corpus, began);
    }

    private static double raw(RawEngine raw, List<long[][]> batches, Corpus corpus)
            throws Exception {
        long began = System.nanoTime();
        raw.run(batches);
        return rate(corpus, began);
    }

    private static double rate(Corpus corpus, long began) {
        return corpus.tokens() * NANOS / (System.nanoTime() - began);
    }

    private Corpus corpus(DjlModelEngine engine, String model) throws IOException {
        int longest = 0;
        for (ModelManifest manifest : engine.models()) {
            longest = manifest.id().equals(model) ? manifest.maxTokens() : longest;
        }
        try (RowTokenizer tokenizer = engine.tokenizer(model)) {
            return Corpus.of(Mix.LOGNORMAL, book, size.tokens(), longest, size.seed(), tokenizer);
        }
    }
}
