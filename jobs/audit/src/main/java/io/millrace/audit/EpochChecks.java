package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Every sealed epoch is made of its receipts, and every receipt of its charge (M4). */
final class EpochChecks {

    private static final long TREASURY = 0;

    private final Evidence evidence;
    private final TypedHashes hashes;
    private final Map<Long, List<EpochPart>> epochs;
    private final Map<Long, List<Receipt>> receipts;

    EpochChecks(Evidence evidence) {
        this.evidence = evidence;
        hashes = evidence.hashes();
        epochs = evidence.epochs();
        receipts = evidence.receiptsByEpoch();
    }

    List<Check> all() {
        return List.of(receiptsMatchCharges(), trees(), postings());
    }

    private Check receiptsMatchCharges() {
        Findings findings = new Findings();
        Map<String, Charge> charges = new HashMap<>();
        evidence.kafka().charges().forEach(charge -> charges.put(charge.requestId(), charge));
        Map<String, Receipt> seen = new HashMap<>();
        for (Receipt receipt : evidence.kafka().receipts()) {
            Charge sealed = receipt.charge();
            Receipt earlier = seen.putIfAbsent(sealed.requestId(), receipt);
            Charge charge = charges.get(sealed.requestId());
            if (earlier != null) {
                findings.add(
                        "%s is sealed in epoch %d and again in epoch %d"
                                .formatted(sealed.requestId(), earlier.epoch(), receipt.epoch()));
            } else if (charge == null) {
                findings.add(
                        "%s is sealed in epoch %d for %s nano-USD but was never charged"
                                .formatted(
                                        sealed.requestId(), receipt.epoch(), sealed.debitNano()));
            } else if (!charge.equals(sealed)) {
                findings.add("epoch " + receipt.epoch() + " sealed " + sealed + " of " + charge);
            }
        }
        return findings.check(
                "receipts-match-charges",
                "%d receipts of %d charges".formatted(seen.size(), charges.size()));
    }

    private Check trees() {
        Findings findings = new Findings();
        Set<Long> all = new TreeSet<>(epochs.keySet());
        all.addAll(receipts.keySet());
        for (Long epoch : all) {
            List<EpochPart> parts = epochs.get(epoch);
            if (parts == null) {
                findings.add("there are receipts of epoch " + epoch + ", which was never sealed");
                continue;
            }
            List<Receipt> sealed = receipts.getOrDefault(epoch, List.of());
            Map<Long, List<MerkleSum.Node>> leaves = leaves(epoch, sealed, findings);
            MerkleSum.Node root = MerkleSum.root(leaves, evidence.chain().shardDepth());
            for (EpochPart part : parts) {
                Header header = part.header();
                if (!root.hash().equals(header.receiptsRoot())
                        || !root.sumNano().equals(header.receiptsSumNano())
                        || sealed.size() != header.receiptsCount()) {
                    findings.add(
                            "%s names root %s, %s nano-USD, %d receipts; its receipts give %s, %s,"
                                            .formatted(
                                                    part.name(),
                                                    header.receiptsRoot(),
                                                    header.receiptsSumNano(),
                                                    header.receiptsCount(),
                                                    root.hash(),
                                                    root.sumNano())
                                    + " "
                                    + sealed.size());
                }
            }
        }
        return findings.check(
                "epoch-receipts",
                "%d epochs rebuilt from %d receipts"
                        .formatted(epochs.size(), evidence.kafka().receipts().size()));
    }

    /** Leaves by shard, in order of (account, sequence), which must be that of their index. */
    private Map<Long, List<MerkleSum.Node>> leaves(
            long epoch, List<Receipt> sealed, Findings findings) {
        long shards = 1L << evidence.chain().shardDepth();
        Map<Long, List<MerkleSum.Node>> leaves = new TreeMap<>();
        List<Receipt> ordered = new ArrayList<>(sealed);
        ordered.sort(
                Comparator.comparing((Receipt receipt) -> receipt.charge().requesterAccount())
                        .thenComparing(receipt -> receipt.charge().sequence()));
        for (Receipt receipt : ordered) {
            long shard = receipt.charge().requesterAccount() % shards;
            List<MerkleSum.Node> own = leaves.computeIfAbsent(shard, s -> new ArrayList<>());
            if (receipt.shard() != shard || receipt.index() != own.size()) {
                findings.add(
                        "epoch %d has %s at shard %d index %d where shard %d index %d is due"
                                .formatted(
                                        epoch,
                                        receipt.charge().requestId(),
                                        receipt.shard(),
                                        receipt.index(),
                                        shard,
                                        own.size()));
            }
            own.add(new MerkleSum.Node(hashes.receipt(receipt), receipt.charge().debitNano()));
        }
        return leaves;
    }

    private Check postings() {
        Findings findings = new Findings();
        BigInteger total = BigInteger.ZERO;
        for (Map.Entry<Long, List<EpochPart>> entry : epochs.entrySet()) {
            Map<Long, BigInteger> debits = new TreeMap<>();
            Map<Long, BigInteger> credits = new TreeMap<>();
            for (EpochPart part : entry.getValue()) {
                BigInteger paid = add(debits, part.debitsByAccount());
                BigInteger earned = add(credits, part.creditsByAccount());
                total = total.add(paid);
                if (!paid.equals(earned) || !paid.equals(part.header().partSumNano())) {
                    findings.add(
                            "%s debits %s nano-USD, credits %s, and says %s"
                                    .formatted(
                                            part.name(),
                                            paid,
                                            earned,
                                            part.header().partSumNano()));
                }
            }
            Map<Long, BigInteger> paidByReceipts = new TreeMap<>();
            Map<Long, BigInteger> earnedByReceipts = new TreeMap<>();
            for (Receipt receipt : receipts.getOrDefault(entry.getKey(), List.of())) {
                Charge charge = receipt.charge();
                paidByReceipts.merge(
                        charge.requesterAccount(), charge.debitNano(), BigInteger::add);
                earnedByReceipts.merge(
                        charge.providerAccount(), charge.creditNano(), BigInteger::add);
                earnedByReceipts.merge(TREASURY, charge.feeNano(), BigInteger::add);
            }
            compare(entry.getKey(), "spending", debits, paidByReceipts, findings);
            compare(entry.getKey(), "earning", credits, earnedByReceipts, findings);
        }
        return findings.check(
                "epoch-postings",
                "%d epochs: %s nano-USD debited = credited = receipts"
                        .formatted(epochs.size(), total));
    }

    private static BigInteger add(Map<Long, BigInteger> totals, Map<Long, BigInteger> amounts) {
        amounts.forEach((account, amount) -> totals.merge(account, amount, BigInteger::add));
        return amounts.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
    }

    private static void compare(
            long epoch,
            String ledger,
            Map<Long, BigInteger> words,
            Map<Long, BigInteger> receipts,
            Findings findings) {
        Set<Long> accounts = new TreeSet<>(words.keySet());
        accounts.addAll(receipts.keySet());
        for (Long account : accounts) {
            BigInteger posted = words.getOrDefault(account, BigInteger.ZERO);
            BigInteger due = receipts.getOrDefault(account, BigInteger.ZERO);
            if (!posted.equals(due)) {
                findings.add(
                        "epoch %d posts %s nano-USD to %s account %d, its receipts %s"
                                .formatted(epoch, posted, ledger, account, due));
            }
        }
    }
}
