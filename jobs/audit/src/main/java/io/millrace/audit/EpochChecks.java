package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.Rows.EpochRows;
import io.millrace.audit.Totals.Total;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.read.JsonFields;
import io.millrace.audit.read.TooEarlyException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

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
    private final Findings ofTrees = new Findings();
    private final Findings ofPostings = new Findings();

    private final Map<Long, MerkleSum.Subtree> shards = new TreeMap<>();
    private final Map<Long, BigInteger> paidByReceipts = new TreeMap<>();
    private final Map<Long, BigInteger> earnedByReceipts = new TreeMap<>();
    private long receipts;

    EpochChecks(TypedHashes hashes, int shardDepth, Totals totals) {
        this.hashes = hashes;
        this.shardDepth = shardDepth;
        this.totals = totals;
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
        paidByReceipts.merge(charge.requesterAccount(), charge.debitNano(), BigInteger::add);
        earnedByReceipts.merge(charge.providerAccount(), charge.creditNano(), BigInteger::add);
        earnedByReceipts.merge(TREASURY, charge.feeNano(), BigInteger::add);
    }

    /** All receipts of {@code epoch} have come. */
    void end(EpochRows epoch, boolean closed) {
        List<EpochPart> parts = epoch.parts();
        if (parts.isEmpty()) {
            ofTrees.add(
                    "there are receipts of epoch " + epoch.epoch() + ", which was never sealed");
        } else {
            totals.add(Total.EPOCHS, BigInteger.ONE, closed);
            compareTrees(parts);
            comparePostings(epoch.epoch(), parts, closed);
        }
        shards.clear();
        paidByReceipts.clear();
        earnedByReceipts.clear();
        receipts = 0;
    }

    List<Check> all() {
        return List.of(
                ofTrees.check(
                        "epoch-receipts",
                        "%d epochs rebuilt from %d receipts"
                                .formatted(totals.of(Total.EPOCHS), totals.of(Total.RECEIPTS))),
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

    private void comparePostings(long epoch, List<EpochPart> parts, boolean closed) {
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
        compare(epoch, "spending", debits, paidByReceipts);
        compare(epoch, "earning", credits, earnedByReceipts);
    }

    private static BigInteger add(Map<Long, BigInteger> totals, Map<Long, BigInteger> amounts) {
        amounts.forEach((account, amount) -> totals.merge(account, amount, BigInteger::add));
        return amounts.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
    }

    private void compare(
            long epoch, String ledger, Map<Long, BigInteger> words, Map<Long, BigInteger> due) {
        Set<Long> accounts = new TreeSet<>(words.keySet());
        accounts.addAll(due.keySet());
        for (Long account : accounts) {
            BigInteger posted = words.getOrDefault(account, BigInteger.ZERO);
            BigInteger receipted = due.getOrDefault(account, BigInteger.ZERO);
            if (!posted.equals(receipted)) {
                ofPostings.add(
                        "epoch %d posts %s nano-USD to %s account %d, its receipts %s"
                                .formatted(epoch, posted, ledger, account, receipted));
            }
        }
    }
}
