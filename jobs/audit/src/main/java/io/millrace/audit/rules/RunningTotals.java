package io.millrace.audit.rules;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/** What the leaves of one epoch so far credit to each earning account, shard by shard. */
public final class RunningTotals {

    private final Map<Long, Map<Long, BigInteger>> shards = new HashMap<>();

    /**
     * Takes what the next leaf of {@code shard} credits to {@code account}.
     *
     * @return nano-USD that were there before
     */
    public BigInteger add(long shard, long account, BigInteger amountNano) {
        Map<Long, BigInteger> earned = shards.computeIfAbsent(shard, one -> new HashMap<>());
        BigInteger before = earned.getOrDefault(account, BigInteger.ZERO);
        earned.put(account, before.add(amountNano));
        return before;
    }

    /** For the next epoch. */
    public void clear() {
        shards.clear();
    }
}
