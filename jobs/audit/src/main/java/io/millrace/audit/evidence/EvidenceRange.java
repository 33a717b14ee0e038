package io.millrace.audit.evidence;

import java.time.Duration;

/**
 * Which charges must have evidence, by how far back the topic goes. Without any record none must.
 *
 * @param firstMillis when the oldest record was written that is there, Long.MAX_VALUE if there is
 *     none
 * @param isCut whether older ones are gone
 * @param nowMillis when that was looked at
 */
public record EvidenceRange(long firstMillis, boolean isCut, long nowMillis) {

    /** For which the job demands that the topic keeps its records, whatever the contracts say. */
    private static final Duration LEAST = Duration.ofDays(7);

    /** Until a charge is settled, and its window begins. */
    private static final Duration UNTIL_SETTLED = Duration.ofDays(1);

    /** Records go on ageing while an audit reads them, and no two clocks are the same. */
    private static final Duration WHILE_READ = Duration.ofHours(1);

    /**
     * A request appended before has been charged from a state that was older than evidence, or its
     * evidence may have aged out. Nothing younger than that ages out, as the job does not start on
     * a topic that keeps it for less: where it is gone, it was lost.
     *
     * @param answerable for which a charge may have to be answered for after its settlement
     */
    public long sinceMillis(Duration answerable) {
        Duration window = answerable.plus(UNTIL_SETTLED);
        Duration kept = window.compareTo(LEAST) > 0 ? window : LEAST;
        return isCut ? nowMillis - kept.minus(WHILE_READ).toMillis() : firstMillis;
    }
}
