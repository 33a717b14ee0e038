package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.deposited;
import static io.millrace.testing.Fixtures.id;
import static io.millrace.testing.RequestBuilder.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The deadlines of many requests of one requester pass at once, on a cluster with aligned
 * checkpoints. While one call forgot them all, no barrier passed; with some millions the checkpoint
 * expired, and so did the next one after the restore.
 */
class AdmitExpiryITCase {

    private static final long FIRST_DEADLINE = 1_000;
    private static final Duration LIMIT = Duration.ofSeconds(90);

    /** Requests remembered at each checkpoint that completed, in order. */
    private static final Queue<Integer> REMEMBERED = new ConcurrentLinkedQueue<>();

    private static final Map<Long, Integer> TAKEN = new ConcurrentHashMap<>();

    /** Records that admission has taken. */
    private static final AtomicLong ADMITTED_TO = new AtomicLong();

    @TempDir private Path checkpoints;

    @ParameterizedTest
    @CsvSource({"100000, 1", "30000, 30000"})
    void expiry_ofManyRequests_checkpointsCompleteInTheMiddleOfIt(int requests, long deadlines)
            throws Exception {
        REMEMBERED.clear();
        TAKEN.clear();
        ADMITTED_TO.set(0);
        JobClient job = start(requests, deadlines);
        try {
            await("all were remembered").atMost(LIMIT).until(() -> REMEMBERED.contains(requests));
            await("all are forgotten").atMost(LIMIT).until(() -> last() == 0);
            assertThat(REMEMBERED.stream().dropWhile(remembered -> remembered < requests))
                    .as("remembered at the checkpoints, once all were")
                    .anyMatch(remembered -> remembered > 0 && remembered < requests);
        } finally {
            job.cancel().get();
            await("nothing writes to the folder any more").until(() -> hasEnded(job));
        }
    }

    private static boolean hasEnded(JobClient job) throws Exception {
        try {
            return job.getJobStatus().get().isGloballyTerminalState();
        } catch (IllegalStateException e) {
            return true; // its cluster has ended with it
        }
    }

    private static int last() {
        int last = -1;
        for (int remembered : REMEMBERED) {
            last = remembered;
        }
        return last;
    }

    /** Each kind only once admission has taken all of the one before. */
    private static long paced(long number, int requests) throws InterruptedException {
        while ((number == 1 || number == 1L + requests || number == 1 + 2L * requests)
                && ADMITTED_TO.get() < number) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        if (number > 1 + 2L * requests) {
            TimeUnit.MILLISECONDS.sleep(1); // nothing is left to say, at leisure
        }
        return number;
    }

    /** First a deposit, then the requests, then their charges, then the clock. */
    private JobClient start(int requests, long deadlines) throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration());
        env.setParallelism(1);
        DataStream<Long> numbers =
                env.fromSource(
                        new DataGeneratorSource<>(
                                number -> paced(number, requests), Long.MAX_VALUE, Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers");
        DataStream<Candidate> candidates =
                numbers.flatMap(
                                (Long number, Collector<Candidate> out) -> {
                                    long index = number - 1;
                                    if (index >= 0 && index < requests) {
                                        out.collect(candidate(index, index % deadlines));
                                    } else if (number == 1 + 2L * requests) {
                                        out.collect(candidate(-1, deadlines));
                                    }
                                })
                        .returns(Candidate.class)
                        .assignTimestampsAndWatermarks(Clock.strategy(deadlines));
        DataStream<FundsChange> funds =
                numbers.flatMap(
                                (Long number, Collector<FundsChange> out) -> {
                                    long index = number - 1 - requests;
                                    if (number == 0) {
                                        out.collect(
                                                FundsChange.of(deposited(5, ALICE, requests))
                                                        .orElseThrow());
                                    } else if (index >= 0 && index < requests) {
                                        out.collect(FundsChange.charged(ALICE, id("r" + index), 1));
                                    }
                                })
                        .returns(FundsChange.class)
                        .assignTimestampsAndWatermarks(
                                WatermarkStrategy.<FundsChange>noWatermarks()
                                        .withIdleness(Duration.ofMillis(1)));
        candidates
                .keyBy(Candidate::requesterAddress)
                .connect(funds.keyBy(FundsChange::requesterAddress))
                .transform("admit", TypeInformation.of(Task.class), new Counted())
                .sinkTo(new DiscardingSink<>());
        return env.executeAsync("expiry");
    }

    private static Candidate candidate(long index, long deadline) {
        return request("r" + index)
                .feeNano(1)
                .deadlineMillis(FIRST_DEADLINE + deadline)
                .candidate();
    }

    private Configuration configuration() {
        return new Configuration()
                .set(StateBackendOptions.STATE_BACKEND, "rocksdb")
                .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(250))
                .set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true)
                .set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString())
                .set(PipelineOptions.GENERIC_TYPES, false)
                .set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    }

    /** Passes every deadline with the request that has the latest. */
    private record Clock(long deadlines) implements WatermarkGenerator<Candidate> {

        static WatermarkStrategy<Candidate> strategy(long deadlines) {
            return WatermarkStrategy.forGenerator(context -> new Clock(deadlines));
        }

        @Override
        public void onEvent(Candidate candidate, long timestamp, WatermarkOutput output) {
            if (candidate.deadlineMillis() == FIRST_DEADLINE + deadlines) {
                output.emitWatermark(new Watermark(candidate.deadlineMillis()));
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            // the event said it
        }
    }

    /** Tells how much it remembers when a barrier passes. */
    private static final class Counted extends AdmitOperator {

        private static final long serialVersionUID = 1L;

        Counted() {
            super(new AdmitFunction());
        }

        @Override
        public void processElement1(StreamRecord<Candidate> element) throws Exception {
            super.processElement1(element);
            ADMITTED_TO.incrementAndGet();
        }

        @Override
        public void processElement2(StreamRecord<FundsChange> element) throws Exception {
            super.processElement2(element);
            ADMITTED_TO.incrementAndGet();
        }

        @Override
        public void snapshotState(StateSnapshotContext context) throws Exception {
            super.snapshotState(context);
            setCurrentKey(ALICE);
            int remembered = 0;
            for (String ignored :
                    getRuntimeContext().getMapState(AdmitDescriptors.ADMITTED).keys()) {
                remembered++;
            }
            TAKEN.put(context.getCheckpointId(), remembered);
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) throws Exception {
            super.notifyCheckpointComplete(checkpointId);
            REMEMBERED.add(TAKEN.getOrDefault(checkpointId, 0));
        }
    }
}
