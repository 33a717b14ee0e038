package io.millrace.local.chaos.fault;

import io.millrace.local.stack.JobRunner;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;

/**
 * How long checkpoints and Kafka transactions may take in a run: as short as the job's own check of
 * the two allows, so that a run of minutes can outlast them.
 */
public final class TransactionTimes {

    /** After this the broker aborts a transaction, at its next look. */
    public static final Duration TRANSACTION = Duration.ofSeconds(100);

    /** The broker looks for old ones so often. */
    public static final Duration BROKERS_LOOK = Duration.ofSeconds(10);

    private static final Duration CHECKPOINT = Duration.ofSeconds(10);
    private static final int TOLERATED = 1;

    private TransactionTimes() {}

    /** Has {@code runner} start jobs with such checkpoints. */
    public static JobRunner in(JobRunner runner) {
        return (flink, options) -> {
            flink.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, CHECKPOINT);
            flink.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, TOLERATED);
            return runner.start(flink, options);
        };
    }
}
