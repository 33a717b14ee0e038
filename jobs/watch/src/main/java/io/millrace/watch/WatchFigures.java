package io.millrace.watch;

import java.util.Map;

/**
 * How far a watcher is, as of its last round.
 *
 * @param block newest final one that was read
 * @param judged epochs by this process
 * @param waiting epochs for their receipts
 * @param topics whether they can be read
 * @param roundAgeSeconds since a round succeeded
 * @param cases by their state
 */
public record WatchFigures(
        long block,
        long judged,
        long waiting,
        boolean topics,
        long roundAgeSeconds,
        Map<Case.State, Long> cases) {

    /** Copies. */
    public WatchFigures {
        cases = Map.copyOf(cases);
    }
}
