package io.millrace.local.chaos;

import io.millrace.local.chaos.fault.FaultKind;
import java.time.Duration;
import java.util.List;

/**
 * How a run goes.
 *
 * @param seed of the plan and the load
 * @param duration after which no fault begins any more
 * @param kinds of faults to choose from, each at least once if time allows
 * @param maxFaults most faults, however much time is left
 * @param taskManagers processes
 * @param requesters who send
 * @param perSecond requests they send
 * @param recoveryLimit longest that the stack may take to work again after a fault
 */
public record ChaosOptions(
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
        kinds = List.copyOf(kinds);
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("no kinds of faults are given; leave --faults out");
        }
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(
                    "a run of " + duration.toMinutes() + " minutes has no faults; give at least 1");
        }
        requireWithin("TaskManagers", taskManagers, 2, 8);
        requireWithin("faults at most", maxFaults, 1, Integer.MAX_VALUE);
        requireWithin("requesters", requesters, 1, 1_000);
        requireWithin("requests a second", perSecond, 1, 1_000);
    }

    private static void requireWithin(String what, int given, int least, int most) {
        if (given < least || given > most) {
            throw new IllegalArgumentException(
                    "there can be " + least + " to " + most + " " + what + ", not " + given);
        }
    }
}
