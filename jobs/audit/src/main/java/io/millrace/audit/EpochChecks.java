package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.Rows.EpochRows;
import io.millrace.audit.Totals.Total;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.read.JsonFields;
import io.millrace.audit.read.TooEarlyException;
import io.millrace.audit.rules.RunningTotals;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Every sealed epoch is made of its receipts (M4). Epochs come one after the other, of each first
 * its rows, then its receipts in order of (shard, account, sequence), then its end: so one epoch's
 * accounts are all that is held.
 */
final class EpochChecks {

    private static final long TREASURY = 0;

    private final TypedHashes hashes;
    private final int shardDepth;
    private final Totals totals;
    private final VaultChecks vault;
    private final LateReceipts late;
    private final Findings ofTrees = new Findings();
    private final Findings ofPostings = new Findings();

    private final Map<Long, MerkleSum.Subtree> shards = new TreeMap<>();
    private final Map<Long, BigInteger> paidByReceipts = new TreeMap<>();
    private final Map<Long, BigInteger> earnedByReceipts = new TreeMap<>();
    private final RunningTotals earnedInShards = new RunningTotals();
    private long receipts;

    EpochChecks(
            TypedHashes hashes,
            int shardDepth,
            Totals totals,
            VaultChecks vault,
            LateReceipts late) {
        this.hashes = hashes;
        this.shardDepth = shardDepth;
        this.totals = totals;
        this.vault = vault;
        this.late = late;
    }

    /** The shard that a receipt belongs to. */
    static long shardOf(Receipt receipt, int shardDepth) {
        return receipt.charge().requesterAccount() % (1L << shardDepth);
    }

    /** The receipts of a large cut become visible one checkpoint after the other. */
    static void requireWhole(Receipt receipt, long leaves, List<JsonFields> sources) {
        for (JsonFields source : sources) {
            long sealed = source.count("receipts");
            if (source.count("shard") == receipt.shard() && leaves < sealed) {
                throw new TooEarlyException(
                        "epoch %d: %d of %d receipts of shard %d are visible; wait (--wait)"
                                .formatted(receipt.epoch(), leaves, sealed, receipt.shard()));
            }
        }
    }

    void receipt(Receipt receipt) {
        receipts++;
        Charge charge = receipt.charge();
        long shard = shardOf(receipt, shardDepth);
        MerkleSum.Subtree own = shards.computeIfAbsent(shard, s -> new MerkleSum.Subtree());
        if (receipt.shard() != shard || receipt.index() != own.leaves()) {
            ofTrees.add(
                    "epoch %d has %s at shard %d index %d where shard %d index %d is due"
                            .formatted(
                                    receipt.epoch(),
                                    charge.requestId(),
                                    receipt.shard(),
                                    receipt.index(),
                                    shard,
                                    own.leaves()));
        }
        own.add(new MerkleSum.Node(hashes.receipt(receipt), charge.debitNano()));
        compareTotals(receipt, shard);
        paidByReceipts.merge(charge.requesterAccount(), charge.debitNano(), BigInteger::add);
        earnedByReceipts.merge(charge.providerAccount(), charge.creditNano(), BigInteger::add);
        earnedByReceipts.merge(TREASURY, charge.feeNano(), BigInteger::add);
    }

    /** Each leaf carries on what those before it, in its shard, credit. */
    private void compareTotals(Receipt receipt, long shard) {
        Charge charge = receipt.charge();
        EarnedBefore due =
                new EarnedBefore(
                        earnedInShards.add(shard, charge.providerAccount(), charge.creditNano()),
                        earnedInShards.add(shard, TREASURY, charge.feeNano()));
        if (!due.equals(receipt.earnedBefore())) {
            ofTrees.add(
                    ("epoch %d: %s says that %s nano-USD were earned before it by its provider and"
                                    + " %s by the treasury, the receipts before it %s and %s")
                            .formatted(
                                    receipt.epoch(),
                                    charge.requestId(),
                                    receipt.earnedBefore().providerNano(),
                                    receipt.earnedBefore().treasuryNano(),
                                    due.providerNano(),
                                    due.treasuryNano()));
        }
    }

    /** All receipts of {@code epoch} have come. */
    void end(EpochRows epoch, boolean closed) {
        List<EpochPart> parts = epoch.parts();
        if (parts.isEmpty()) {
            ofTrees.add(
                    "there are receipts of epoch " + epoch.epoch() + ", which was never sealed");
        } else {
            totals.add(Total.EPOCHS, BigInteger.ONE, closed);
            boolean isLate = late.mayCome(parts.get(0).header(), receipts);
            if (isLate) {
                compareSums(parts);
            } else {
                compareTrees(parts);
            }
            comparePostings(epoch.epoch(), parts, closed, isLate);
            if (isLate || !epoch.isSettled()) {
                vault.settledAhead(debitsAhead(epoch));
            }
        }
        shards.clear();
        paidByReceipts.clear();
        earnedByReceipts.clear();
        earnedInShards.clear();
        receipts = 0;
    }

    List<Check> all() {
        return List.of(
                ofTrees.check(
                        "epoch-receipts",
                        "%d epochs rebuilt from %d receipts"
                                .formatted(totals.of(Total.EPOCHS), totals.of(Total.RECEIPTS)),
                        late.epochs()),
                ofPostings.check(
                        "epoch-postings",
                        "%d epochs: %s nano-USD debited = credited = receipts"
                                .formatted(totals.of(Total.EPOCHS), totals.of(Total.PAID_NANO))));
    }

    private void compareTrees(List<EpochPart> parts) {
        MerkleSum.Node root = MerkleSum.root(shards, shardDepth);
        int levels = shardDepth + MerkleSum.highest(shards);
        for (EpochPart part : parts) {
            Header header = part.header();
            if (!root.hash().equals(header.receiptsRoot())
                    || !root.sumNano().equals(header.receiptsSumNano())
                    || receipts != header.receiptsCount()
                    || levels != header.levels()) {
                ofTrees.add(
                        ("%s names root %s, %s nano-USD, %d receipts, %d levels; its receipts give"
                                        + " %s, %s, %d, %d")
                                .formatted(
                                        part.name(),
                                        header.receiptsRoot(),
                                        header.receiptsSumNano(),
                                        header.receiptsCount(),
                                        header.levels(),
                                        root.hash(),
                                        root.sumNano(),
                                        receipts,
                                        levels));
            }
        }
    }

    /** Of an epoch whose receipts have not all come: they are no more than it says. */
    private void compareSums(List<EpochPart> parts) {
        BigInteger sumNano = MerkleSum.root(shards, shardDepth).sumNano();
        for (EpochPart part : parts) {
            if (sumNano.compareTo(part.header().receiptsSumNano()) > 0) {
                ofTrees.add(
                        "%s names %s nano-USD, some of its receipts give %s"
                                .formatted(part.name(), part.header().receiptsSumNano(), sumNano));
            }
        }
    }

    /** What {@code epoch} has debited on chain, but for what receipts of it show as settled. */
    private Map<Long, BigInteger> debitsAhead(EpochRows epoch) {
        Map<Long, BigInteger> ahead = new TreeMap<>();
        epoch.settled().forEach(settled -> add(ahead, settled.part().debitsByAccount()));
        if (epoch.isSettled()) {
            paidByReceipts.forEach(
                    (account, amount) -> ahead.merge(account, amount.negate(), BigInteger::add));
        }
        return ahead;
    }

    private void comparePostings(
            long epoch, List<EpochPart> parts, boolean closed, boolean isLate) {
        Map<Long, BigInteger> debits = new TreeMap<>();
        Map<Long, BigInteger> credits = new TreeMap<>();
        for (EpochPart part : parts) {
            BigInteger paid = add(debits, part.debitsByAccount());
            BigInteger earned = add(credits, part.creditsByAccount());
            totals.add(Total.PAID_NANO, paid, closed);
            if (!paid.equals(earned) || !paid.equals(part.header().partSumNano())) {
                ofPostings.add(
                        "%s debits %s nano-USD, credits %s, and says %s"
                                .formatted(part.name(), paid, earned, part.header().partSumNano()));
            }
        }
        compare(epoch, "spending", debits, paidByReceipts, isLate);
        compare(epoch, "earning", credits, earnedByReceipts, isLate);
    }

    private static BigInteger add(Map<Long, BigInteger> totals, Map<Long, BigInteger> amounts) {
        amounts.forEach((account, amount) -> totals.merge(account, amount, BigInteger::add));
        return amounts.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
    }

    private void compare(
            long epoch,
            String ledger,
            Map<Long, BigInteger> words,
            Map<Long, BigInteger> due,
            boolean isLate) {
        Set<Long> accounts = new TreeSet<>(words.keySet());
        accounts.addAll(due.keySet());
        for (Long account : accounts) {
            BigInteger posted = words.getOrDefault(account, BigInteger.ZERO);
            BigInteger receipted = due.getOrDefault(account, BigInteger.ZERO);
            int more = posted.compareTo(receipted);
            if (isLate ? more < 0 : more != 0) {
                ofPostings.add(
                        "epoch %d posts %s nano-USD to %s account %d, its receipts %s"
                                .formatted(epoch, posted, ledger, account, receipted));
            }
        }
    }

    /**
     * Whose receipts may still be on their way. The engine does not hold a checkpoint for the
     * receipts of a large cut: a part of them leaves with the epoch, the rest in the checkpoints
     * that follow.
     *
     * <p>How much must have come is judged by the epochs that have been sealed since, by no clock
     * and by nothing that only the operator says: whoever holds receipts back has to stop sealing,
     * or is found out.
     *
     * <ul>
     *   <li>Of the newest cut any may be missing: the sinks commit one after the other.
     *   <li>Of an older one the first {@value #AT_ONCE} are there, unless an epoch before it still
     *       waits for its own.
     *   <li>All are there {@value #CHECKPOINTS} checkpoints later. In these no more epochs are
     *       sealed than one at each, and one for each shard's cut that was under way.
     * </ul>
     */
    static final class LateReceipts {

        static final long AT_ONCE = 1_000;
        static final long CHECKPOINTS = 64;

        private final boolean requireSettled;
        private final @Nullable Header newest;
        private final long epochsWithin;
        private long first;
        private long epochs;

        /**
         * @param newest last in the epoch log, null if it is empty
         */
        LateReceipts(boolean requireSettled, @Nullable Header newest, int shardDepth) {
            this.requireSettled = requireSettled;
            this.newest = newest;
            epochsWithin = CHECKPOINTS + (1L << shardDepth);
        }

        /**
         * Whether the rest of the receipts of {@code epoch} may still come. Epochs in their order.
         *
         * @param visible how many have come
         */
        boolean mayCome(Header epoch, long visible) {
            if (requireSettled || newest == null || visible >= epoch.receiptsCount()) {
                return false;
            }
            boolean isRecent = newest.epoch() - epoch.epoch() <= epochsWithin;
            boolean isNewestCut = epoch.cutDigest().equals(newest.cutDigest());
            boolean late = isRecent && (isNewestCut || visible >= AT_ONCE || epochs > 0);
            if (late) {
                first = epochs == 0 ? epoch.epoch() : first;
                epochs++;
            }
            return late;
        }

        /** How many epochs wait for receipts. */
        long epochs() {
            return epochs;
        }

        /** Whether one of them is {@code epoch} or comes before it. */
        boolean isAnyUpTo(long epoch) {
            return epochs > 0 && first <= epoch;
        }
    }
}
