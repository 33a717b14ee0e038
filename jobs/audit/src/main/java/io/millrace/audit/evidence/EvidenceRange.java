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

    /**
     * The job starts only if the topic keeps its records for seven days at least. They go on ageing
     * while an audit reads them, and no two clocks are the same.
     */
    private static final Duration KEPT = Duration.ofDays(7).minusHours(1);

    /**
     * A request appended before has been charged from a state that was older than evidence, or its
     * evidence may have aged out. Nothing younger than that ages out: where it is gone, it was
     * lost.
     */
    public long sinceMillis() {
        return isCut ? nowMillis - KEPT.toMillis() : firstMillis;
    }
}
