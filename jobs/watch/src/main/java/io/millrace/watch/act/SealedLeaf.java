package io.millrace.watch.act;

import static java.util.Objects.requireNonNull;

import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.rules.Leaf;
import java.math.BigInteger;
import java.util.List;

/**
 * A receipt as the tribunal takes and shows it: the fields of ISettlementVaultTypes.Receipt, in
 * that order. Hashes are lower-case 0x-hex, amounts nano-USD.
 */
public record SealedLeaf(
        String requestId,
        long requesterAccount,
        BigInteger sequence,
        long providerAccount,
        String model,
        BigInteger units,
        BigInteger priceNanoPerMillion,
        long priceVersion,
        BigInteger debitNano,
        List<BigInteger> credits,
        String outcome,
        String allocation,
        BigInteger admittedMillis,
        long shard,
        long index) {

    /** No honest stream counts so far, and no rule tells apart what is above. */
    private static final BigInteger MOST_COUNTED = BigInteger.valueOf(Long.MAX_VALUE);

    /** Copies. */
    public SealedLeaf {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(outcome, "outcome is null");
        credits = List.copyOf(credits);
    }

    /** The receipt of the topic. */
    public static SealedLeaf of(Receipt receipt) {
        Charge charge = receipt.charge();
        return new SealedLeaf(
                charge.requestId(),
                charge.requesterAccount(),
                BigInteger.valueOf(charge.sequence()),
                charge.providerAccount(),
                charge.model(),
                charge.units(),
                charge.priceNanoPerMillion(),
                charge.priceVersion(),
                charge.debitNano(),
                TypedHashes.credits(receipt),
                charge.outcome(),
                MerkleSum.EMPTY.hash(), // providers are not drawn yet
                BigInteger.valueOf(charge.admittedMillis()),
                receipt.shard(),
                receipt.index());
    }

    /** As the rules look at it. */
    public Leaf forRules() {
        return new Leaf(
                requestId,
                requesterAccount,
                sequence.min(MOST_COUNTED).longValueExact(),
                providerAccount,
                model,
                units,
                priceNanoPerMillion,
                priceVersion,
                debitNano,
                credits,
                admittedMillis,
                shard,
                index);
    }
}
