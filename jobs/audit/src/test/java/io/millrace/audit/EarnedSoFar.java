package io.millrace.audit;

import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/** What the leaves of one epoch credit, shard by shard, for books that tests make up. */
public final class EarnedSoFar {

    private static final long TREASURY = 0;

    private final Map<Long, Map<Long, BigInteger>> shards = new HashMap<>();

    /** What was there before the next leaf of {@code shard}. */
    public EarnedBefore add(long shard, Charge charge) {
        Map<Long, BigInteger> earned = shards.computeIfAbsent(shard, one -> new HashMap<>());
        return new EarnedBefore(
                add(earned, charge.providerAccount(), charge.creditNano()),
                add(earned, TREASURY, charge.feeNano()));
    }

    private static BigInteger add(Map<Long, BigInteger> earned, long account, BigInteger nano) {
        BigInteger before = earned.getOrDefault(account, BigInteger.ZERO);
        earned.put(account, before.add(nano));
        return before;
    }
}
