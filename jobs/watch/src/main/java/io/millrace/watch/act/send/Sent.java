package io.millrace.watch.act.send;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;

/**
 * One signed transaction of the journal. Several of one id have one nonce: at most one of them is
 * mined.
 *
 * @param id of what is wished
 * @param raw signed bytes, 0x-hex
 */
record Sent(
        String id,
        long nonce,
        String hash,
        String raw,
        String to,
        String calldata,
        long gasLimit,
        long maxFeePerGasWei,
        long tipWei,
        BigInteger valueWei,
        long millis) {

    Sent {
        requireNonNull(id, "id is null");
        requireNonNull(hash, "hash is null");
        requireNonNull(raw, "raw is null");
    }

    /** Most that its gas can cost. */
    BigInteger mostWei() {
        return BigInteger.valueOf(gasLimit).multiply(BigInteger.valueOf(maxFeePerGasWei));
    }

    Fees fees() {
        return new Fees(maxFeePerGasWei, tipWei);
    }
}
