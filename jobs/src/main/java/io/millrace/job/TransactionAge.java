package io.millrace.job;

import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.streaming.api.environment.CheckpointConfig;

/**
 * How old a Kafka transaction of the ledger can become while the job runs. It opens with the first
 * record behind one barrier and is committed when a checkpoint after that completes; a broker
 * aborts it once it is older than its time-out, whatever has been promised by then.
 */
final class TransactionAge {

    /** For the commit itself, which waits for the broker, and for clocks. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private TransactionAge() {}

    /**
     * The time-out that no transaction of a running job outlives: the checkpoint that was under way
     * when it opened, then as many that fail as are tolerated, then the one that commits it, each
     * as long as it may take, and the pauses between them.
     */
    static Duration longest(CheckpointConfig checkpoints) {
        long tolerated = Math.max(0, checkpoints.getTolerableCheckpointFailureNumber());
        long pauseMillis =
                Math.max(
                        checkpoints.getCheckpointInterval(),
                        checkpoints.getMinPauseBetweenCheckpoints());
        return Duration.ofMillis(
                        Math.addExact(
                                Math.multiplyExact(
                                        2 + tolerated, checkpoints.getCheckpointTimeout()),
                                Math.multiplyExact(1 + tolerated, pauseMillis)))
                .plus(MARGIN);
    }

    /**
     * Throws IllegalStateException if a transaction could outlive {@code timeout}, or if more than
     * one checkpoint may be under way, for which {@link #longest} does not hold.
     */
    static void requireWithin(Duration timeout, CheckpointConfig checkpoints) {
        if (checkpoints.getMaxConcurrentCheckpoints() > 1) {
            throw new IllegalStateException(
                    "%d checkpoints may be under way at once, so a transaction could wait for several; set %s to 1"
                            .formatted(
                                    checkpoints.getMaxConcurrentCheckpoints(),
                                    CheckpointingOptions.MAX_CONCURRENT_CHECKPOINTS.key()));
        }
        Duration longest = longest(checkpoints);
        if (timeout.compareTo(longest) < 0) {
            throw new IllegalStateException(
                    """
                    --%s is %d s, but a transaction can be open for %d s: with %s %d s, %s %d s and \
                    %d tolerated failures; what the broker aborts before its checkpoint completes \
                    is lost. Lower the checkpoints' time-out, or raise the transactions' as far as \
                    the brokers' transaction.max.timeout.ms allows\
                    """
                            .formatted(
                                    JobOptions.KAFKA_TRANSACTION_TIMEOUT.key(),
                                    timeout.toSeconds(),
                                    longest.toSeconds(),
                                    CheckpointingOptions.CHECKPOINTING_TIMEOUT.key(),
                                    checkpoints.getCheckpointTimeout() / 1000,
                                    CheckpointingOptions.CHECKPOINTING_INTERVAL.key(),
                                    checkpoints.getCheckpointInterval() / 1000,
                                    checkpoints.getTolerableCheckpointFailureNumber()));
        }
    }
}
