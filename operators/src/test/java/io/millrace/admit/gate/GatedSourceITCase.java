package io.millrace.admit.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gate in front of a real source in a real task. */
class GatedSourceITCase {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    // Static, because what Flink ships is a copy: it finds them here.
    private static final AtomicLong RECORDS = new AtomicLong();
    private static final AtomicLong CHECKPOINTS = new AtomicLong();

    private final AdmissionGate gate = new AdmissionGate(UUID.randomUUID().toString());

    @TempDir private Path folder;

    private static final class Counting implements MapFunction<Long, Long>, CheckpointListener {
        private static final long serialVersionUID = 1L;

        @Override
        public Long map(Long value) {
            RECORDS.incrementAndGet();
            return value;
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            CHECKPOINTS.incrementAndGet();
        }
    }

    @BeforeEach
    void countFromZero() {
        RECORDS.set(0);
        CHECKPOINTS.set(0);
    }

    @Test
    void gate_closed_readsNothingWhileCheckpointsGoOn() throws Exception {
        JobClient job = start();
        awaitCheckpoints(3);
        assertThat(RECORDS).as("records behind a gate closed from the start").hasValue(0);

        assertThat(gate.move(0, true)).isTrue();
        await("records").atMost(LIMIT).until(() -> RECORDS.get() > 10);

        gate.move(0, false);
        awaitCheckpoints(1); // a record that was on its way has arrived
        long before = RECORDS.get();
        awaitCheckpoints(3);
        assertThat(RECORDS).as("records behind a gate closed again").hasValue(before);

        gate.move(0, true);
        await("more records").atMost(LIMIT).until(() -> RECORDS.get() > before + 10);
        job.cancel().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        await("the leaf is taken away").atMost(LIMIT).until(() -> !gate.move(0, true));
    }

    @Test
    void gate_closed_doesNotHoldUpADrain() throws Exception {
        JobClient job = start();
        awaitCheckpoints(1);

        String savepoint =
                job.stopWithSavepoint(
                                true,
                                folder.resolve("savepoints").toUri().toString(),
                                SavepointFormatType.CANONICAL)
                        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);

        assertThat(savepoint).isNotEmpty();
        assertThat(RECORDS).hasValue(0);
    }

    private JobClient start() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        env.enableCheckpointing(100);
        var numbers =
                new DataGeneratorSource<>(
                        number -> number,
                        Long.MAX_VALUE,
                        RateLimiterStrategy.perSecond(1_000),
                        Types.LONG);
        env.fromSource(
                        new GatedSource<>(numbers, gate),
                        WatermarkStrategy.noWatermarks(),
                        "numbers",
                        Types.LONG)
                .map(new Counting())
                .returns(Types.LONG)
                .sinkTo(new DiscardingSink<>());
        return env.executeAsync("gated");
    }

    /** Waits for {@code number} checkpoints more than there are now. */
    private static void awaitCheckpoints(int number) {
        long until = CHECKPOINTS.get() + number;
        await("checkpoints").atMost(LIMIT).until(() -> CHECKPOINTS.get() >= until);
    }
}
