package io.millrace.job.topic;

import io.millrace.chain.window.ChallengeWindow;
import java.time.Duration;

/**
 * How long evidence must be kept: until nobody can challenge its charge any more, nor has to answer
 * for it. A charge whose evidence has aged out before is lost to whoever challenges it.
 *
 * @param millis that the topic must keep its records at least
 * @param why as a clause, with the numbers it comes from
 */
public record EvidenceRetention(long millis, String why) {

    /** A charge waits for its epoch, and the epoch for the chain; then its window begins. */
    static final Duration UNTIL_SETTLED = Duration.ofDays(1);

    /** Whatever the contracts say, and where none judges. */
    public static final EvidenceRetention LEAST =
            new EvidenceRetention(
                    Duration.ofDays(7).toMillis(),
                    "a charge may be challenged for %d of the vault's BUCKETs and the tribunal's RESPONSE after its settlement, which may take a day, and is lost without its evidence"
                            .formatted(ChallengeWindow.BUCKETS));

    /** Of a vault and its tribunal. */
    public static EvidenceRetention of(ChallengeWindow window) {
        return new EvidenceRetention(
                Math.max(LEAST.millis, window.longest().plus(UNTIL_SETTLED).toMillis()),
                "a charge may be challenged for %d of the vault's BUCKET of %d s and the tribunal's RESPONSE of %d s after its settlement, which may take a day, and is lost without its evidence"
                        .formatted(
                                ChallengeWindow.BUCKETS,
                                window.bucketSeconds(),
                                window.responseSeconds()));
    }
}
