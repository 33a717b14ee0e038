package io.millrace.local.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.infer.DjlModelEngine;
import io.millrace.infer.ModelRunner;
import io.millrace.infer.RowTokenizer;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.bench.BenchReport.Bound;
import io.millrace.local.client.RequestProducer;
import io.millrace.local.client.StackTraffic;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackFile;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * How long an answer takes, from the request's append (the broker's clock) until a reader of the
 * results has it: alone on an idle stack, and at shares of what the stack can take. Beside it the
 * model by itself, one row, asked between the requests of the same run.
 */
public final class LatencyBench {

    private static final String SHORT_TEXT = "How long is a whale?";
    private static final int WARM_UP = 40;
    private static final int BURST = 400;
    private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(3);
    private static final double[] LOADS = {0.3, 0.5, 0.7, 0.9};
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final LocalStack running;
    private final List<String> texts;
    private final int alone;
    private final int secondsOfLoad;
    private final long seed;
    private final Consumer<String> progress;

    private final Map<String, Long> sentMillis = new HashMap<>();
    private final Map<String, Double> latencies = new HashMap<>();
    private int next;

    /**
     * On a stack that runs.
     *
     * @param texts of the loads
     * @param alone how many requests are sent one at a time
     * @param secondsOfLoad how long each load lasts; 0 for none
     * @param seed of the arrivals
     */
    public LatencyBench(
            LocalStack running,
            List<String> texts,
            int alone,
            int secondsOfLoad,
            long seed,
            Consumer<String> progress) {
        this.running = running;
        this.texts = texts;
        this.alone = alone;
        this.secondsOfLoad = secondsOfLoad;
        this.seed = seed;
        this.progress = progress;
    }

    /** Runs it. */
    public BenchReport run() throws Exception {
        BenchReport report = new BenchReport("latency", "cpu");
        StackFile stack = running.file();
        running.awaitDeposits();
        try (RequestProducer producer = RequestProducer.open(stack.bootstrapServers());
                TopicScan results =
                        new TopicScan(
                                Brokers.at(stack.bootstrapServers()),
                                List.of(Topics.RESULTS, Topics.REJECTIONS))) {
            oneAtATime(report, producer, results);
            if (secondsOfLoad > 0) {
                loads(report, producer, results);
            }
        }
        return report;
    }

    private void oneAtATime(BenchReport report, RequestProducer producer, TopicScan results)
            throws Exception {
        Traffic traffic = traffic(List.of(SHORT_TEXT));
        DjlModelEngine engine =
                new DjlModelEngine(running.file().jobOptions().getOrDefault("models.dir", ""), 1);
        double[] answered = new double[alone];
        double[] raw = new double[alone];
        String model = running.file().model();
        try (RowTokenizer tokenizer = engine.tokenizer(model);
                ModelRunner runner = engine.runner(model)) {
            long[][] row = {tokenizer.tokens(SHORT_TEXT)};
            for (int i = -WARM_UP; i < alone; i++) {
                double millis = answer(traffic.goodRequest(next++), producer, results);
                long started = System.nanoTime();
                runner.run(row);
                if (i >= 0) {
                    raw[i] = (System.nanoTime() - started) / 1e6;
                    answered[i] = millis;
                }
                if (i % 50 == 0) {
                    progress.accept("one at a time: " + Math.max(0, i) + " of " + alone);
                }
            }
        }
        Arrays.sort(answered);
        Arrays.sort(raw);
        report.addBeside(
                "one at a time, append to answer, p50", at(answered, 0.5), "ms", at(raw, 0.5));
        report.add("the same, wanted", at(answered, 0.5), "ms", Bound.AT_MOST, 25);
        report.add(
                "one at a time, append to answer, p99",
                at(answered, 0.99),
                "ms",
                Bound.AT_MOST,
                80);
    }

    private void loads(BenchReport report, RequestProducer producer, TopicScan results)
            throws Exception {
        Traffic traffic = traffic(texts);
        long started = System.nanoTime();
        List<Traffic.Item> burst = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            burst.add(traffic.goodRequest(next++));
        }
        for (Traffic.Item item : burst) {
            send(item, producer);
        }
        awaitAll(results);
        double perSecond = BURST * 1e9 / (System.nanoTime() - started);
        report.add("requests of a burst, answered a second", perSecond, "1/s");
        Random random = new Random(seed);
        for (double load : LOADS) {
            double[] took = atLoad(load * perSecond, traffic, random, producer, results);
            String label = Math.round(load * 100) + " % of that";
            report.add(label + ", p50", at(took, 0.5), "ms");
            report.add(label + ", p99", at(took, 0.99), "ms");
            report.add(label + ", p999", at(took, 0.999), "ms");
        }
    }

    private double[] atLoad(
            double perSecond,
            Traffic traffic,
            Random random,
            RequestProducer producer,
            TopicScan results)
            throws Exception {
        latencies.clear();
        long start = System.nanoTime();
        double due = 0;
        int count = (int) Math.max(1, perSecond * secondsOfLoad);
        for (int i = 0; i < count; i++) {
            due += -Math.log(1 - random.nextDouble()) * 1e9 / perSecond;
            Traffic.Item item = traffic.goodRequest(next++);
            while (System.nanoTime() - start < due) {
                results.poll(this::answered);
            }
            send(item, producer);
            progress.accept(String.format("%.1f requests/s: %d of %d", perSecond, i + 1, count));
        }
        awaitAll(results);
        double[] took = latencies.values().stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(took);
        return took;
    }

    private double answer(Traffic.Item item, RequestProducer producer, TopicScan results)
            throws Exception {
        send(item, producer);
        awaitAll(results);
        return latencies.getOrDefault(item.requestId(), Double.NaN);
    }

    /** Appended when this returns. */
    private void send(Traffic.Item item, RequestProducer producer) throws Exception {
        sentMillis.put(item.requestId(), producer.send(item).get().timestamp());
    }

    private void awaitAll(TopicScan results) throws IOException {
        long giveUp = System.nanoTime() + LIMIT_NANOS;
        while (!sentMillis.isEmpty()) {
            results.poll(this::answered);
            if (System.nanoTime() > giveUp) {
                throw new StackException(
                        "%d requests are not answered after %d s; see the job at %s"
                                .formatted(
                                        sentMillis.size(),
                                        TimeUnit.NANOSECONDS.toSeconds(LIMIT_NANOS),
                                        running.file().webUrl()));
            }
        }
    }

    private void answered(ConsumerRecord<byte[], byte[]> record) throws IOException {
        long now = Clock.systemUTC().millis();
        JsonNode answer = MAPPER.readTree(record.value());
        if (record.topic().equals(Topics.REJECTIONS)) {
            throw new StackException("a good request was refused: " + answer);
        }
        String id = answer.path("id").asText();
        Long sent = sentMillis.remove(id);
        if (sent != null) {
            latencies.put(id, (double) (now - sent));
        }
    }

    private Traffic traffic(List<String> ofTexts) throws IOException {
        return StackTraffic.of(running.file(), running.file().requesters(), ofTexts);
    }

    private static double at(double[] sorted, double share) {
        return sorted[Math.min(sorted.length - 1, (int) (share * sorted.length))];
    }
}
