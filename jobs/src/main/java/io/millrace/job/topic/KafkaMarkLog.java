package io.millrace.job.topic;

import io.millrace.settle.CheckpointMark;
import io.millrace.settle.marks.MarkLog;
import io.millrace.settle.marks.SinkMark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The marks in {@link Topics#CHECKPOINTS}. Its readers belong to a thread of its own once it is
 * open, because Kafka's consumers wait for brokers and the task must not.
 */
final class KafkaMarkLog implements MarkLog {

    private static final TopicPartition MARKS = new TopicPartition(Topics.CHECKPOINTS, 0);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** For brokers that look for old transactions now and then, and for clocks. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final long CLOSE_SECONDS = 2;

    private final LogReader committed;
    private final LogReader all;
    private final long start;
    private final Duration bound;
    private long next;
    private boolean failed;
    private final ExecutorService reader =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "checkpoint-marks");
                        thread.setDaemon(true);
                        return thread;
                    });

    private KafkaMarkLog(LogReader committed, LogReader all, long start, Duration bound) {
        this.committed = committed;
        this.all = all;
        this.start = start;
        this.next = start;
        this.bound = bound;
    }

    /** At the end of what is committed now. */
    static KafkaMarkLog open(Brokers brokers, Duration transactionTimeout) throws IOException {
        LogReader committed = LogReader.ofCommitted(brokers, PATIENCE);
        LogReader all = new LogReader(brokers, IsolationLevel.READ_UNCOMMITTED, PATIENCE);
        try {
            long start = end(committed);
            committed.seek(MARKS, start);
            return new KafkaMarkLog(committed, all, start, transactionTimeout.plus(MARGIN));
        } catch (KafkaException e) {
            committed.close();
            all.close();
            throw new IOException(
                    "the end of %s at %s cannot be read; check that the brokers are up"
                            .formatted(Topics.CHECKPOINTS, brokers),
                    e);
        }
    }

    @Override
    public CompletableFuture<Look> look(Question question) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return lookNow(question);
                    } catch (IOException | KafkaException e) {
                        throw new CompletionException(e);
                    }
                },
                reader);
    }

    /** A look that fails has shown nobody what it read, so the next one reads it again. */
    private Look lookNow(Question question) throws IOException {
        if (failed) {
            committed.seek(MARKS, next);
        }
        failed = true;
        Set<SinkMark> visible = new HashSet<>();
        long end = end(committed);
        long read;
        try {
            read = readTo(end, question.writer(), visible);
        } catch (OffsetOutOfRangeException e) {
            next = committed.begin(MARKS); // the topic is not what it was: it is read again
            committed.seek(MARKS, next);
            read = readTo(end, question.writer(), visible);
        }
        Set<SinkMark> missing = new HashSet<>(question.awaited());
        missing.removeAll(visible);
        Look look =
                new Look(visible, missing.isEmpty() ? Map.of() : written(question, missing), end);
        next = Math.max(next, read);
        failed = false;
        return look;
    }

    /** Returns the offset behind what was read, which may lie behind {@code end}. */
    private long readTo(long end, String writer, Set<SinkMark> visible) throws IOException {
        AtomicLong read = new AtomicLong(end);
        committed.readTo(
                Map.of(MARKS, end),
                record -> {
                    read.accumulateAndGet(record.offset() + 1, Math::max);
                    ifOf(writer, record, visible::add);
                });
        return read.get();
    }

    /** Read after the committed ones: what is stored now has not been compacted before. */
    private Map<SinkMark, Long> written(Question question, Set<SinkMark> missing)
            throws IOException {
        Map<SinkMark, Long> written = new HashMap<>();
        long end = end(all);
        long from = Math.max(start, question.from());
        if (from <= end) {
            all.seek(MARKS, from);
        } else {
            all.rewind(List.of(MARKS)); // it was made anew
        }
        all.readTo(
                Map.of(MARKS, end),
                record ->
                        ifOf(
                                question.writer(),
                                record,
                                mark -> {
                                    if (missing.contains(mark)) {
                                        written.put(mark, record.offset());
                                    }
                                }));
        return written;
    }

    private static long end(LogReader log) {
        return log.ends(List.of(MARKS)).getOrDefault(MARKS, 0L);
    }

    private static void ifOf(
            String writer, ConsumerRecord<byte[], byte[]> record, Consumer<SinkMark> then)
            throws IOException {
        CheckpointMark mark = JsonCodec.decode(record.value(), CheckpointMark.class);
        if (mark.writer().equals(writer)) {
            then.accept(
                    new SinkMark(
                            new String(record.key(), StandardCharsets.UTF_8), mark.checkpoint()));
        }
    }

    @Override
    public long boundMillis() {
        return bound.toMillis();
    }

    @Override
    public void close() {
        reader.shutdownNow();
        try {
            if (reader.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                committed.close();
                all.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
