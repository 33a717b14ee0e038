package io.millrace.job.topic;

import java.time.Duration;

/**
 * How long refusals must be kept: until nobody reads their requests any more. A recovery takes a
 * request for one without an outcome whose refusal has aged out before it, and a job that goes on
 * from there may charge what it had refused.
 *
 * @param millis that the topic must keep its records at least, -1 for ever
 * @param why as a clause, with the numbers it comes from
 */
record RejectionRetention(long millis, String why) {

    /** Of a segment that a topic says nothing of. */
    static final Duration SEGMENT = Duration.ofDays(7);

    private static final Duration MARGIN = Duration.ofDays(1);
    private static final long FOR_EVER = -1;
    private static final long LONG_ENOUGH = Long.MAX_VALUE / 4;

    /**
     * Beside requests of such settings: Kafka deletes no record before its whole segment is old.
     *
     * @param requestsMillis retention.ms of their topic, -1 for ever
     * @param segmentMillis its segment.ms
     */
    static RejectionRetention of(long requestsMillis, long segmentMillis) {
        long needed =
                Math.min(requestsMillis, LONG_ENOUGH)
                        + Math.min(segmentMillis, LONG_ENOUGH)
                        + MARGIN.toMillis();
        return new RejectionRetention(
                requestsMillis == FOR_EVER ? FOR_EVER : needed,
                "recover would process a request again whose refusal is gone before it, so it takes a day more than retention.ms (%d) and segment.ms (%d) of %s"
                        .formatted(requestsMillis, segmentMillis, Topics.REQUESTS));
    }
}
