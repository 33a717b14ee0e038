package io.millrace.watch.testing;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.hash.MerkleSum.Node;
import io.millrace.audit.hash.MerkleSum.Subtree;
import io.millrace.audit.rules.RunningTotals;
import io.millrace.watch.act.EpochTree;
import io.millrace.watch.act.ProvenLeaf;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.web3j.crypto.Hash;

/** Seals tasks into epochs and settles them, one after the other. */
public final class Books {

    private final Court court;
    private String previous = MerkleSum.EMPTY.hash();
    private Map<Long, Long> creditsMoved = Map.of();
    private long epoch;

    /** By so many the headers tell more receipts than there are. */
    public long countOff;

    private Between between = so -> {};

    /** What happens between two parts of an epoch. */
    @FunctionalInterface
    public interface Between {

        /** These parts are settled, and all receipts are known. */
        void after(Settled parts) throws Exception;
    }

    public Books(Court court) {
        this.court = court;
    }

    /** One settled epoch and all that is known of it. */
    public record Settled(
            List<EpochPart> parts,
            List<Receipt> receipts,
            Map<String, Evidence> evidence,
            EpochTree tree) {

        public EpochPart part() {
            return parts.get(0);
        }

        public Header header() {
            return part().header();
        }

        /** What a part debits of an account. */
        public BigInteger debit(int part, long account) {
            return Objects.requireNonNull(parts.get(part).debitsByAccount().get(account));
        }

        /** The leaf of the {@code number}th charge of an account, from 0. */
        public ProvenLeaf leaf(long account, int number) {
            return ProvenLeaf.of(receipt(account, number), tree);
        }

        public Receipt receipt(long account, int number) {
            return receipts.stream()
                    .filter(receipt -> receipt.charge().requesterAccount() == account)
                    .skip(number)
                    .findFirst()
                    .orElseThrow();
        }

        public Evidence evidenceOf(Receipt receipt) {
            return Objects.requireNonNull(evidence.get(receipt.charge().requestId()));
        }
    }

    /**
     * Settles one part in which earning accounts are credited more or less than the tasks say.
     *
     * @param moved nothing in all
     */
    public Settled settleCredits(List<Task> tasks, Map<Long, Long> moved) throws Exception {
        creditsMoved = moved;
        try {
            return settle(tasks, Map.of(), 1);
        } finally {
            creditsMoved = Map.of();
        }
    }

    /** Settles part by part, with what happens between them. */
    public Settled settleSlowly(List<Task> tasks, Map<Long, Long> moved, int parts, Between happens)
            throws Exception {
        between = happens;
        try {
            return settle(tasks, moved, parts);
        } finally {
            between = so -> {};
        }
    }

    /** Settles one part with everything as the tasks say. */
    public Settled settle(List<Task> tasks) throws Exception {
        return settle(tasks, Map.of(), 1);
    }

    /**
     * Settles.
     *
     * @param moved what accounts are moved more or less than the tasks say, nothing in all
     * @param parts into which the accounts are divided, in their order
     */
    public Settled settle(List<Task> tasks, Map<Long, Long> moved, int parts) throws Exception {
        epoch++;
        TypedHashes hashes = court.hashes();
        List<Receipt> receipts = new ArrayList<>();
        Map<String, Evidence> evidence = new HashMap<>();
        Map<Long, Long> next = new HashMap<>();
        RunningTotals earned = new RunningTotals();
        List<Task> ordered = new ArrayList<>(tasks);
        ordered.sort(Comparator.comparingLong((Task task) -> task.account));
        for (Task task : ordered) {
            Charge charge = task.charge(hashes, court.vault);
            long shard = charge.requesterAccount() & ((1 << Court.SHARD_DEPTH) - 1);
            long index = next.merge(shard, 1L, Long::sum) - 1;
            receipts.add(
                    new Receipt(
                            epoch,
                            shard,
                            index,
                            new EarnedBefore(
                                    earned.add(
                                            shard, charge.providerAccount(), charge.creditNano()),
                                    earned.add(shard, 0, charge.feeNano())),
                            charge));
            evidence.put(charge.requestId(), task.evidence(charge));
        }
        Map<Long, Subtree> shards = new HashMap<>();
        receipts.forEach(
                receipt ->
                        shards.computeIfAbsent(receipt.shard(), shard -> new Subtree())
                                .add(
                                        new Node(
                                                hashes.receipt(receipt),
                                                receipt.charge().debitNano())));
        Node root = MerkleSum.root(shards, Court.SHARD_DEPTH);
        int levels = Court.SHARD_DEPTH + MerkleSum.highest(shards);
        EpochTree tree = EpochTree.of(receipts, hashes, Court.SHARD_DEPTH, levels);
        List<EpochPart> settled = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            if (part > 0) {
                between.after(new Settled(List.copyOf(settled), receipts, evidence, tree));
            }
            settled.add(part(receipts, moved, root, levels, part, parts));
            court.settle(settled.get(part));
            previous = hashes.header(settled.get(part).header());
        }
        return new Settled(settled, receipts, evidence, tree);
    }

    private EpochPart part(
            List<Receipt> receipts,
            Map<Long, Long> moved,
            Node root,
            int levels,
            int part,
            int parts) {
        Map<Long, BigInteger> debits = new TreeMap<>();
        Map<Long, BigInteger> credits = new TreeMap<>();
        for (Receipt receipt : receipts) {
            Charge charge = receipt.charge();
            if (Math.floorMod(charge.requesterAccount() / 4, parts) == part) {
                debits.merge(charge.requesterAccount(), charge.debitNano(), BigInteger::add);
                credits.merge(charge.providerAccount(), charge.creditNano(), BigInteger::add);
                credits.merge(0L, charge.feeNano(), BigInteger::add);
            }
        }
        if (part == 0) {
            moved.forEach(
                    (account, nano) ->
                            debits.merge(account, BigInteger.valueOf(nano), BigInteger::add));
        }
        creditsMoved.forEach(
                (account, nano) ->
                        credits.merge(account, BigInteger.valueOf(nano), BigInteger::add));
        BigInteger sum = debits.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
        Words debit = Words.of(debits);
        Words credit = Words.of(credits);
        Header open =
                header("0x" + "0".repeat(64), root, receipts.size(), levels, sum, part, parts);
        EpochPart unsigned =
                new EpochPart(
                        open, debit.slots, debit.words, credit.slots, credit.words, List.of());
        Header header =
                header(
                        TypedHashes.words(unsigned),
                        root,
                        receipts.size(),
                        levels,
                        sum,
                        part,
                        parts);
        return new EpochPart(
                header, debit.slots, debit.words, credit.slots, credit.words, List.of());
    }

    private Header header(
            String words, Node root, long count, int levels, BigInteger sum, int part, int parts) {
        return new Header(
                previous,
                epoch,
                part,
                parts,
                root.hash(),
                root.sumNano(),
                count + countOff,
                levels,
                sum,
                words,
                Hash.sha3String("cut " + epoch),
                epoch);
    }

    /** Amounts of accounts, packed as the vault takes them. */
    private record Words(List<BigInteger> slots, List<BigInteger> words) {

        static Words of(Map<Long, BigInteger> amounts) {
            TreeMap<Long, BigInteger> bySlot = new TreeMap<>();
            amounts.forEach(
                    (account, nano) -> {
                        if (nano.signum() != 0) {
                            bySlot.merge(
                                    account / 4,
                                    nano.shiftLeft((int) (64 * (account % 4))),
                                    BigInteger::or);
                        }
                    });
            List<BigInteger> slots = new ArrayList<>();
            int at = 0;
            for (long slot : bySlot.keySet()) {
                if (at % 8 == 0) {
                    slots.add(BigInteger.ZERO);
                }
                int last = slots.size() - 1;
                slots.set(
                        last,
                        slots.get(last).or(BigInteger.valueOf(slot).shiftLeft(32 * (at % 8))));
                at++;
            }
            return new Words(slots, new ArrayList<>(bySlot.values()));
        }
    }
}
