package io.millrace.local.chaos.sign;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * When a metric is an alarm: the "alarm when" of the runbook, in numbers for a stack with a
 * checkpoint every 3 s.
 *
 * @param metric as {@code admit.heldMillis}
 * @param most highest value that is no alarm
 * @param heldMillis for which it has to be above that
 * @param rises whether each further rise is another alarm; any is, as a run of minutes has no noise
 *     to allow for
 */
public record AlarmRule(String metric, long most, long heldMillis, boolean rises) {

    private static final long INTERVAL_MILLIS = 3_000;
    private static final long MINUTE_MILLIS = 60_000;

    /** All of them; some metrics have two. */
    public static final List<AlarmRule> ALL =
            List.of(
                    level("submit.oldestUnsettledMillis", 3 * MINUTE_MILLIS),
                    level("submit.unsettledParts", 40),
                    held("submit.waiting", 0, 2 * MINUTE_MILLIS),
                    level("submit.feeCapped", 0),
                    level("submit.gasCapped", 0),
                    level("submit.bondMissingNano", 0),
                    level("submit.outOfFunds", 0),
                    level("submit.lowBalance", 0),
                    rising("submit.rpcUnknownErrors"),
                    rising("submit.rpcFailures"),
                    rising("submit.halts"),
                    rising("chain.rpcFailures"),
                    rising("chain.reorganisations"),
                    rising("chain.rpcDisagreements"),
                    rising("chain.endpointSwitches"),
                    level("chain.finalLagBlocks", 60),
                    level("admit.gateReason", 1),
                    held("admit.gateReason", 0, MINUTE_MILLIS),
                    level("settle.hiddenMillis", 10 * INTERVAL_MILLIS),
                    level("settle.unseenMillis", 3 * INTERVAL_MILLIS),
                    level("admit.gateMissing", 0),
                    level("admit.clockStandsMillis", MINUTE_MILLIS),
                    level("admit.heldMillis", 10_000),
                    rising("admit.endedTransactions"),
                    level("admit.endingRefused", 0),
                    rising("admit.lostOffsets"),
                    rising("admit.chargesUnknown"),
                    rising("infer.failed"),
                    level("infer.modelsRefused", 0),
                    level("admit.escapeShortfallNano", 0));

    /** Metrics whose alarm has no rule here, and why. */
    static final Map<String, String> WITHOUT =
            Map.of(
                    "submit.unsettledNano", "the number and the age of the same parts tell it",
                    "admit.rejected.<CODE>", "the load sends bad requests on purpose");

    /** Refuses a rule of no metric. */
    public AlarmRule {
        requireNonNull(metric, "metric is null");
    }

    private static AlarmRule level(String metric, long most) {
        return held(metric, most, 0);
    }

    private static AlarmRule held(String metric, long most, long millis) {
        return new AlarmRule(metric, most, millis, false);
    }

    private static AlarmRule rising(String metric) {
        return new AlarmRule(metric, 0, 0, true);
    }
}
