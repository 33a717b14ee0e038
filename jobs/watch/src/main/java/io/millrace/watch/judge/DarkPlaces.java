package io.millrace.watch.judge;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Receipt;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Places of an epoch's tree where a receipt is missing: those between others of their shard and, if
 * the header tells more or there are none, what follows the last one. Each is demanded of the
 * account that lacks most of those whose leaf may lie there, as the leaves of a shard ascend by
 * account. Receipts come in the order of their places; no more places are held than are demanded,
 * chosen so that no settler can foresee which.
 */
final class DarkPlaces {

    private static final int MOST = 64;
    private static final int MOST_SHARD_LEVELS = 32;

    /** Neighbours have few accounts between them, if their settler keeps to the order. */
    private static final int MOST_SUSPECTS = 1_000;

    private static final String WHY = "its receipt is missing";

    private final long epoch;
    private final long shards;
    private final long placesOfShard;
    private final TreeMap<Long, BigInteger> lacking;
    private final long lacksMost;
    private final Random random;
    private final RandomPick<Finding> gaps;
    private final Map<Long, Long> shardOf = new HashMap<>();
    private final Map<Long, Long> next = new HashMap<>();
    private final long told;
    private long places;
    private long shard = -1;
    private long account;

    /**
     * Of one epoch.
     *
     * @param lacking what visible receipts do not account for, of each debited account; not empty
     */
    DarkPlaces(Header header, int shardDepth, Map<Long, BigInteger> lacking, Random random) {
        epoch = header.epoch();
        told = header.receiptsCount();
        shards = 1L << shardDepth;
        long levels = header.levels() - shardDepth;
        placesOfShard = levels < 0 ? 0 : 1L << Math.min(levels, MOST_SHARD_LEVELS);
        this.lacking = new TreeMap<>(lacking);
        lacksMost = Collections.max(lacking.entrySet(), Map.Entry.comparingByValue()).getKey();
        this.random = random;
        gaps = new RandomPick<>(MOST, random);
    }

    /** The next receipt. */
    void check(Receipt receipt) {
        if (receipt.shard() >= shards || receipt.index() >= placesOfShard) {
            return;
        }
        long own = receipt.charge().requesterAccount();
        boolean begins = receipt.shard() != shard;
        long from = begins ? 0 : next.getOrDefault(shard, 0L);
        places += 1 + receipt.index() - from;
        addGap(receipt.shard(), from, receipt.index(), begins ? 0 : account, own);
        shard = receipt.shard();
        account = own;
        next.put(shard, receipt.index() + 1);
        shardOf.put(own, shard);
    }

    /** All receipts have come. */
    List<Finding> findings() {
        List<Finding> found = new ArrayList<>(gaps.picked());
        if (!found.isEmpty() && places >= told) {
            return found;
        }
        Map<Long, Long> ofShard = new TreeMap<>();
        lacking.forEach(
                (lacks, nano) -> {
                    long own = shardOf.getOrDefault(lacks, lacks & (shards - 1));
                    if (nano.signum() > 0 && next.getOrDefault(own, 0L) < placesOfShard) {
                        ofShard.merge(own, lacks, this::lacksMore);
                    }
                });
        RandomPick<Finding> ends = new RandomPick<>(MOST - found.size(), random);
        ofShard.forEach(
                (own, lacks) ->
                        ends.offer(
                                finding(
                                        lacks,
                                        own,
                                        next.getOrDefault(own, 0L),
                                        lacking.getOrDefault(lacks, BigInteger.ZERO))));
        found.addAll(ends.picked());
        return found;
    }

    private long lacksMore(long one, long other) {
        BigInteger most = lacking.getOrDefault(one, BigInteger.ZERO);
        return lacking.getOrDefault(other, BigInteger.ZERO).compareTo(most) > 0 ? other : one;
    }

    private void addGap(long of, long from, long to, long least, long most) {
        if (from >= to) {
            return;
        }
        long suspect = suspect(least, most);
        BigInteger nano = lacking.getOrDefault(suspect, BigInteger.ZERO);
        if (to - from <= MOST) {
            for (long index = from; index < to; index++) {
                gaps.offer(finding(suspect, of, index, nano));
            }
        } else {
            random.longs(MOST, from, to)
                    .distinct()
                    .forEach(index -> gaps.offer(finding(suspect, of, index, nano)));
        }
    }

    private long suspect(long least, long most) {
        if (least > most) {
            return lacksMost;
        }
        return lacking.subMap(least, true, most, true).entrySet().stream()
                .limit(MOST_SUSPECTS)
                .filter(one -> one.getValue().signum() > 0)
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(lacksMost);
    }

    private Finding finding(long of, long inShard, long index, BigInteger nano) {
        return new Finding.Unsupported(of, new Place(epoch, inShard, index), nano, WHY);
    }
}
