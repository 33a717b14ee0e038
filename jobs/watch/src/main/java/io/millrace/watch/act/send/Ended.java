package io.millrace.watch.act.send;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;

/**
 * What became of a wish, once a final block says so.
 *
 * @param lost whether its nonce went to a transaction that is not of this journal: then it may be
 *     wished again
 */
record Ended(
        String id,
        String hash,
        boolean ok,
        boolean lost,
        long block,
        long gasUsed,
        BigInteger feeWei,
        BigInteger valueWei,
        long millis) {

    Ended {
        requireNonNull(id, "id is null");
        requireNonNull(feeWei, "feeWei is null");
        requireNonNull(valueWei, "valueWei is null");
    }
}
