package io.millrace.local.bench.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.StackException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends what was made beforehand and counts what comes of it. Used by one thread, which with the
 * producer's is all that it computes on.
 */
public final class BenchClient implements AutoCloseable {

    private static final String NAME = "bench-client";
    private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String thread = Thread.currentThread().getName();
    private final Producer<String, byte[]> producer;
    private final TopicScan scan;
    private final Map<String, Integer> records = new HashMap<>();
    private final Map<String, Long> bytes = new HashMap<>();
    private String refusal = "";

    /**
     * A client that counts the records of {@code topics} from now on; one at least must be there.
     */
    public BenchClient(String servers, List<String> topics) throws IOException {
        this.producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                servers,
                                "acks",
                                "all",
                                "linger.ms",
                                5,
                                "client.id",
                                NAME),
                        new StringSerializer(),
                        new ByteArraySerializer());
        this.scan = new TopicScan(Brokers.at(servers), topics);
        scan.toEnd(record -> {});
    }

    /** Whether a thread of this process is the client's. */
    public boolean owns(String threadName) {
        return threadName.equals(thread) || threadName.contains(NAME);
    }

    /** Sends requests. */
    public void send(List<Traffic.Item> items) {
        for (Traffic.Item item : items) {
            send(Topics.REQUESTS, item.key(), item.value());
        }
    }

    /** Sends {@code value}. */
    public void send(String topic, String key, byte[] value) {
        var unused = producer.send(new ProducerRecord<>(topic, key, value));
    }

    /**
     * Waits until each topic has that many records more than when it was waited for last.
     *
     * @throws StackException if a request is refused, or it takes longer than five minutes
     */
    public void await(Map<String, Integer> wanted) throws IOException {
        long giveUp = System.nanoTime() + LIMIT_NANOS;
        while (!missing(wanted).isEmpty()) {
            scan.poll(this::count);
            if (!refusal.isEmpty()) {
                throw new StackException("a good request was refused: " + refusal);
            }
            if (System.nanoTime() > giveUp) {
                throw new StackException(
                        "after %d s there are %s of %s; see the stack's logs"
                                .formatted(
                                        TimeUnit.NANOSECONDS.toSeconds(LIMIT_NANOS),
                                        records,
                                        wanted));
            }
        }
        wanted.forEach((topic, count) -> records.merge(topic, -count, Integer::sum));
    }

    /**
     * Sends one of {@code probes} after the other until one is answered and none is refused any
     * more: what they ask for takes a while to be known.
     */
    public void awaitAnswered(List<Traffic.Item> probes) throws IOException {
        for (Traffic.Item probe : probes) {
            refusal = "";
            send(List.of(probe));
            long giveUp = System.nanoTime() + LIMIT_NANOS;
            while (refusal.isEmpty() && System.nanoTime() < giveUp) {
                scan.poll(this::count);
                if (records.getOrDefault(Topics.RESULTS, 0) > 0) {
                    records.clear();
                    return;
                }
            }
            pause();
        }
        throw new StackException("nothing was answered, at last for: " + refusal);
    }

    /** Bytes of the records that have come from {@code topic}, without their keys. */
    public long bytes(String topic) {
        return bytes.getOrDefault(topic, 0L);
    }

    @Override
    public void close() {
        producer.close();
        scan.close();
    }

    private List<String> missing(Map<String, Integer> wanted) {
        List<String> missing = new ArrayList<>();
        wanted.forEach(
                (topic, count) -> {
                    if (records.getOrDefault(topic, 0) < count) {
                        missing.add(topic);
                    }
                });
        return missing;
    }

    private void count(ConsumerRecord<byte[], byte[]> record) throws IOException {
        String topic = record.topic();
        if (topic.equals(Topics.REJECTIONS)) {
            JsonNode why = MAPPER.readTree(record.value());
            refusal = why.path("code").asText() + ", " + why.path("detail").asText();
            return;
        }
        records.merge(topic, 1, Integer::sum);
        bytes.merge(topic, (long) record.value().length, Long::sum);
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1); // the chain's next block
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
