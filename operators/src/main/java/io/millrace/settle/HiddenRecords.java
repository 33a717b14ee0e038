package io.millrace.settle;

import io.millrace.settle.LedgerTail.Ends;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * For how long records of the ledger have been hidden behind a committed end that does not move.
 * While the job writes, its open transaction always hides some, but the end moves with every
 * checkpoint; where a transaction hangs it stands still. Plain Java, one thread.
 */
final class HiddenRecords {

    /**
     * An end that did not move.
     *
     * @param sinceMillis the poll that first saw it
     * @param polls how many did
     */
    record StandStill(String partition, long visible, long sinceMillis, int polls) {}

    private Map<String, StandStill> standing = Map.of();

    /**
     * Takes what a poll has shown.
     *
     * @param nowMillis when it was made
     */
    void update(Map<String, Ends> ends, long nowMillis) {
        Map<String, StandStill> still = new HashMap<>();
        ends.forEach(
                (partition, end) -> {
                    if (end.written() <= end.visible()) {
                        return;
                    }
                    StandStill before = standing.get(partition);
                    still.put(
                            partition,
                            before == null || before.visible() != end.visible()
                                    ? new StandStill(partition, end.visible(), nowMillis, 1)
                                    : new StandStill(
                                            partition,
                                            end.visible(),
                                            before.sinceMillis(),
                                            before.polls() + 1));
                });
        standing = still;
    }

    /** The one that has lasted longest, null if nothing is hidden. */
    @Nullable StandStill longest() {
        StandStill longest = null;
        for (StandStill standStill : standing.values()) {
            if (longest == null || standStill.sinceMillis() < longest.sinceMillis()) {
                longest = standStill;
            }
        }
        return longest;
    }
}
