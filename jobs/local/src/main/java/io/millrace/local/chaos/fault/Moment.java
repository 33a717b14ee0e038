package io.millrace.local.chaos.fault;

import io.millrace.job.topic.Topics;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.LocalStack;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Finds moments of a checkpoint, from outside. */
final class Moment {

    private static final TopicPartition MARKS = new TopicPartition(Topics.CHECKPOINTS, 0);

    /** If none comes, any moment will do. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long PAUSE_MILLIS = 5;
    private static final Duration POLL = Duration.ofMillis(PAUSE_MILLIS);

    private Moment() {}

    /**
     * Returns when the first sink of a checkpoint has committed, and {@code laterMillis} more have
     * passed: each of the others has by then, or has not.
     */
    static void betweenCommits(LocalStack stack, long laterMillis) throws InterruptedException {
        try (KafkaConsumer<byte[], byte[]> marks =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                stack.file().bootstrapServers(),
                                "isolation.level",
                                "read_committed"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            marks.assign(List.of(MARKS));
            marks.seekToEnd(List.of(MARKS));
            marks.position(MARKS);
            long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
            while (marks.poll(POLL).isEmpty() && System.nanoTime() - giveUpNanos < 0) {
                // it waits in poll
            }
        }
        TimeUnit.MILLISECONDS.sleep(laterMillis);
    }

    /** Returns when a checkpoint has begun, and {@code laterMillis} more have passed. */
    static void inACheckpoint(LocalStack stack, FlinkRest rest, long laterMillis) throws Exception {
        String path = "/jobs/" + stack.job().running().get(0).toHexString() + "/checkpoints";
        long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!isUnderWay(rest, path) && System.nanoTime() - giveUpNanos < 0) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
        TimeUnit.MILLISECONDS.sleep(laterMillis);
    }

    private static boolean isUnderWay(FlinkRest rest, String path)
            throws IOException, InterruptedException {
        return rest.get(path).path("counts").path("in_progress").asInt() > 0;
    }
}
