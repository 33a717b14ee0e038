package io.millrace.audit.rules;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.util.List;

/**
 * One sealed charge, as far as a rule looks at it. Hashes are lower-case 0x-hex, amounts nano-USD,
 * none negative.
 *
 * @param requestId digest of the request
 * @param account spending account debited
 * @param sequence number of the charge among the account's
 * @param provider earning account of who ran it
 * @param priceVersion from 1
 * @param credits lines of before &lt;&lt; 96 | account &lt;&lt; 64 | amount
 * @param admittedMillis unix time at which the request was appended
 * @param shard and index: its position in the epoch's tree
 */
public record Leaf(
        String requestId,
        long account,
        long sequence,
        long provider,
        String model,
        BigInteger units,
        BigInteger priceNanoPerMillion,
        long priceVersion,
        BigInteger debitNano,
        List<BigInteger> credits,
        BigInteger admittedMillis,
        long shard,
        long index) {

    public Leaf {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(model, "model is null");
        requireNonNull(units, "units is null");
        requireNonNull(priceNanoPerMillion, "priceNanoPerMillion is null");
        requireNonNull(debitNano, "debitNano is null");
        requireNonNull(admittedMillis, "admittedMillis is null");
        credits = List.copyOf(credits);
    }
}
