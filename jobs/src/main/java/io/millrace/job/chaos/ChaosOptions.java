package io.millrace.job.chaos;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a run goes.
 *
 * @param directory of the stack @param seed of the plan and the load
 * @param duration after which no fault begins any more
 * @param kinds of faults to choose from, each at least once if time allows
 * @param maxFaults most faults, however much time is left
 * @param taskManagers processes @param requesters who send @param perSecond requests they send
 * @param recoveryLimit longest that the stack may take to work again after a fault
 */
public record ChaosOptions(
        Path directory,
        long seed,
        Duration duration,
        List<FaultKind> kinds,
        int maxFaults,
        int taskManagers,
        int requesters,
        int perSecond,
        Duration recoveryLimit) {

    /** Checks and copies. */
    public ChaosOptions {
        requireNonNull(directory, "directory is null");
        kinds = List.copyOf(kinds);
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("no kinds of faults are given; leave --faults out");
        }
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(
                    "a run of " + duration.toMinutes() + " minutes has no faults; give at least 1");
        }
        if (taskManagers < 1 || taskManagers > 8) {
            throw new IllegalArgumentException(
                    "there can be 1 to 8 TaskManagers, not " + taskManagers);
        }
    }
}
