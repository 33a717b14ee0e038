package io.millrace.watch.defend;

import static java.util.Objects.requireNonNull;

import io.millrace.watch.act.TribunalEvent.Challenged;
import java.math.BigInteger;
import java.util.Comparator;

/**
 * A challenge that waits for its answer.
 *
 * @param debitNano of the statement, which is lost with the bond's share of it if nobody answers
 */
record Demand(Challenged challenge, BigInteger debitNano) {

    /** What ends first comes first, and of those that end together the dearest. */
    static final Comparator<Demand> ORDER =
            Comparator.comparingLong((Demand demand) -> demand.challenge().deadlineSeconds())
                    .thenComparing(Demand::debitNano, Comparator.reverseOrder())
                    .thenComparing(Demand::id);

    Demand {
        requireNonNull(challenge, "challenge is null");
        requireNonNull(debitNano, "debitNano is null");
    }

    String id() {
        return challenge.challenge();
    }

    /** Below zero when its time is over. */
    long secondsLeft(long nowSeconds) {
        return challenge.deadlineSeconds() - nowSeconds;
    }
}
