package io.millrace.job.recover;

import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SealedPart.ShardCut;
import io.millrace.job.recover.rows.RowCursor;
import io.millrace.meter.Charge;
import io.millrace.settle.AccountAmount;
import io.millrace.settle.CutReceipt;
import io.millrace.settle.EpochSealer;
import io.millrace.settle.PackedWords;
import io.millrace.settle.PartLimits;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.settle.SettleOptions;
import io.millrace.settle.ShardCutter;
import io.millrace.settle.earned.EarnedBefore;
import io.millrace.settle.earned.EarnedTotals;
import io.millrace.unit.Eip712Domain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Completes what some sinks of a checkpoint have committed and others have not, because all died in
 * between and the brokers aborted the rest. Every record that is committed stays and gets what it
 * refers to; nothing that is not referred to is brought back, since its requests are read again.
 *
 * <ul>
 *   <li>an epoch without receipts, or with the first of them: they are made of the charges that
 *       have its root, or taken from what was aborted, which a broker keeps as it keeps all else;
 *   <li>a receipt without its charge: it holds the charge;
 *   <li>receipts without their epoch: they are sealed again, under the same number.
 * </ul>
 *
 * Of the same records always the same comes out.
 */
final class LedgerMend {

    private final SettleOptions options;
    private final Eip712Domain domain;
    private final ShardCutter cutter;
    private final SealedCharges sealedCharges;

    /**
     * For the vault that {@code domain} names.
     *
     * @param shardDepth as the vault has it
     * @param part limits of one part of an epoch that is sealed again
     */
    LedgerMend(Eip712Domain domain, int shardDepth, PartLimits part) {
        // Every cut an epoch: an empty one fills a number that no receipt has.
        this.options = new SettleOptions(shardDepth, 1, 0, 0, Integer.MAX_VALUE, 1, part);
        this.domain = domain;
        ReceiptLeaf leaf = new ReceiptLeaf(domain);
        this.cutter = new ShardCutter(options, leaf);
        this.sealedCharges = new SealedCharges(leaf);
    }

    /**
     * What the topics store, whatever became of the transactions, in the order in which it was
     * written, as far as that is known.
     */
    interface StoredRecords {

        /** All receipts of some epochs. */
        List<Receipt> receipts(Set<Long> epochs) throws IOException;

        /** Some charges: of a large cut not all receipts had been written. */
        List<Charge> charges(Predicate<Charge> wanted) throws IOException;
    }

    /**
     * What is to be published so that the ledger is whole, each list in the order of the ledger.
     *
     * @param charges that only receipts have
     * @param receipts of epochs that lack them
     * @param parts of epochs that only receipts name
     */
    record Missing(List<Charge> charges, List<Receipt> receipts, List<SealedPart> parts) {

        /** Copies. */
        Missing {
            charges = List.copyOf(charges);
            receipts = List.copyOf(receipts);
            parts = List.copyOf(parts);
        }

        boolean isNothing() {
            return charges.isEmpty() && receipts.isEmpty() && parts.isEmpty();
        }

        @Override
        public String toString() {
            return "%d charges, %d receipts, %d parts of epochs"
                    .formatted(charges.size(), receipts.size(), parts.size());
        }

        /** Adds all of it to the rows of {@code history}; they are to be gone through again. */
        void addTo(LedgerHistory history) {
            history.rows().add(charges, receipts, parts);
        }
    }

    /**
     * What {@code history} lacks.
     *
     * @throws RecoverException naming an epoch that cannot be completed, and what it would need
     */
    Missing of(LedgerHistory history, StoredRecords stored) throws IOException {
        List<Receipt> receipts = receipts(history, stored);
        List<Receipt> uncharged = new ArrayList<>(history.sequences().uncharged());
        uncharged.addAll(receipts);
        return new Missing(charges(history.rows(), uncharged), receipts, parts(history));
    }

    /** One shard's share of an epoch, of which not all receipts are there. */
    private record Gap(long epoch, ShardCut cut, Map<Integer, Long> debits, List<Receipt> there) {}

    /** What was written, and then aborted or not. */
    private record Aborted(List<Receipt> receipts, List<Charge> charges) {}

    private List<Receipt> receipts(LedgerHistory history, StoredRecords stored) throws IOException {
        List<Gap> gaps = gaps(history);
        if (gaps.isEmpty()) {
            return List.of();
        }
        List<Charge> unsealed = new ArrayList<>(history.sequences().unsealed());
        List<Receipt> found = new ArrayList<>();
        Aborted aborted = null;
        for (Gap gap : gaps) {
            Optional<List<Charge>> charges = committed(gap, unsealed, SealedCharges.FEW_GUESSES);
            if (charges.isEmpty()) {
                if (aborted == null) {
                    Set<Long> epochs = new TreeSet<>();
                    gaps.forEach(other -> epochs.add(other.epoch()));
                    LedgerRows rows = history.rows();
                    aborted =
                            new Aborted(
                                    stored.receipts(epochs),
                                    stored.charges(charge -> !rows.isCharged(charge.requestId())));
                }
                charges = stored(gap, unsealed, aborted);
            }
            List<Charge> charged = charges.orElseThrow(() -> lost(gap));
            Set<String> before = new HashSet<>();
            gap.there().forEach(receipt -> before.add(receipt.charge().requestId()));
            Set<String> ids = new HashSet<>();
            EarnedTotals earned = new EarnedTotals();
            for (int index = 0; index < charged.size(); index++) {
                Charge charge = charged.get(index);
                ids.add(charge.requestId());
                EarnedBefore earnedBefore = earned.add(charge);
                if (!before.contains(charge.requestId())) {
                    found.add(
                            new Receipt(
                                    gap.epoch(),
                                    gap.cut().cut(),
                                    gap.cut().shard(),
                                    index,
                                    earnedBefore,
                                    charge));
                }
            }
            unsealed.removeIf(charge -> ids.contains(charge.requestId()));
        }
        return found;
    }

    private static List<Gap> gaps(LedgerHistory history) throws IOException {
        List<Gap> gaps = new ArrayList<>();
        for (EpochScan.Gap gap : history.epochs().gaps()) {
            gaps.add(
                    new Gap(
                            gap.epoch(),
                            gap.cut(),
                            debits(history.rows(), gap),
                            history.rows().receipts(gap.epoch(), gap.cut().shard())));
        }
        return gaps;
    }

    /** Of all parts of the epoch, by account. */
    private static Map<Integer, Long> debits(LedgerRows rows, EpochScan.Gap gap)
            throws IOException {
        Map<Integer, Long> debits = new HashMap<>();
        try (RowCursor log = rows.log(gap.at())) {
            for (; log.isAtRow(); log.next()) {
                SealedPart part = LedgerRows.partAt(log);
                if (part.header().epoch() != gap.epoch()) {
                    break;
                }
                for (AccountAmount debit :
                        PackedWords.unpack(part.words().debitSlots(), part.words().debits())) {
                    debits.merge(debit.account(), debit.amountNano(), Math::addExact);
                }
            }
        }
        return debits;
    }

    /** From what is committed: the receipts of this share that are there, and unsealed charges. */
    private Optional<List<Charge>> committed(Gap gap, List<Charge> unsealed, int guesses) {
        return found(gap, pool(gap, unsealed, List.of()), guesses);
    }

    private Optional<List<Charge>> found(Gap gap, List<Charge> pool, int guesses) {
        return sealedCharges.find(gap.cut(), pool, gap.debits(), guesses);
    }

    /** From what is stored: as one run of the job has written it, or, if several have, mixed. */
    private Optional<List<Charge>> stored(Gap gap, List<Charge> unsealed, Aborted aborted) {
        Map<Integer, Charge> first = new TreeMap<>();
        Map<Integer, Charge> last = new TreeMap<>();
        for (Receipt receipt : aborted.receipts()) {
            if (receipt.epoch() == gap.epoch()
                    && receipt.shard() == gap.cut().shard()
                    && receipt.cut() == gap.cut().cut()) {
                first.putIfAbsent(receipt.index(), receipt.charge());
                last.put(receipt.index(), receipt.charge());
            }
        }
        List<Charge> ofFirst = List.copyOf(first.values());
        List<Charge> ofLast = List.copyOf(last.values());
        for (List<Charge> run : List.of(ofLast, ofFirst)) {
            if (sealedCharges.areOf(gap.cut(), run)) {
                return Optional.of(SealedCharges.inLeafOrder(run));
            }
        }
        Optional<List<Charge>> committed = committed(gap, unsealed, SealedCharges.MAX_GUESSES);
        if (committed.isPresent()) {
            return committed;
        }
        for (List<Charge> run : List.of(ofLast, ofFirst)) {
            Optional<List<Charge>> found =
                    found(gap, pool(gap, unsealed, run), SealedCharges.MAX_GUESSES);
            if (found.isPresent()) {
                return found;
            }
        }
        return storedCharges(gap, unsealed, aborted.charges(), List.of(ofLast, ofFirst));
    }

    /** The same, where not all receipts had been written: with charges that were aborted too. */
    private Optional<List<Charge>> storedCharges(
            Gap gap, List<Charge> unsealed, List<Charge> stored, List<List<Charge>> receipts) {
        List<Charge> ofLast = new ArrayList<>(stored);
        Collections.reverse(ofLast);
        for (List<Charge> charges : List.of(ofLast, stored)) {
            for (List<Charge> run : receipts) {
                List<Charge> more = new ArrayList<>(run);
                charges.stream()
                        .filter(c -> options.shardOf(c.requesterAccount()) == gap.cut().shard())
                        .forEach(more::add);
                Optional<List<Charge>> found =
                        found(gap, pool(gap, unsealed, more), SealedCharges.MAX_GUESSES);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    /** Of two charges with one place in the books the committed one. */
    private List<Charge> pool(Gap gap, List<Charge> unsealed, List<Charge> more) {
        Map<String, Charge> pool = new HashMap<>();
        gap.there().forEach(receipt -> pool.put(place(receipt.charge()), receipt.charge()));
        for (Charge charge : unsealed) {
            if (options.shardOf(charge.requesterAccount()) == gap.cut().shard()) {
                pool.putIfAbsent(place(charge), charge);
            }
        }
        more.forEach(charge -> pool.putIfAbsent(place(charge), charge));
        return List.copyOf(pool.values());
    }

    private static String place(Charge charge) {
        return charge.requesterAccount() + "/" + charge.sequence();
    }

    private static RecoverException lost(Gap gap) {
        Map<Integer, Long> debits = new TreeMap<>(gap.debits());
        return new RecoverException(
                """
                epoch %d was sealed with %d receipts of shard %d over %d nano-USD (root %s), of \
                which %d are committed, and neither the committed charges nor what the brokers have \
                stored has that root; the epoch debits (account: nano-USD) %s; nothing is \
                rebuilt from it, restore the topics of charges and receipts from a replica\
                """
                        .formatted(
                                gap.epoch(),
                                gap.cut().receipts(),
                                gap.cut().shard(),
                                gap.cut().sumNano(),
                                gap.cut().root(),
                                gap.there().size(),
                                debits));
    }

    /** Those that only receipts have, by requester in the order of their sequence. */
    private static List<Charge> charges(LedgerRows rows, List<Receipt> receipts) {
        Set<String> known = new HashSet<>();
        return receipts.stream()
                .map(Receipt::charge)
                .filter(charge -> !rows.isCharged(charge.requestId()))
                .filter(charge -> known.add(charge.requestId()))
                .sorted(LedgerHistory.CHARGES)
                .toList();
    }

    /** Seals the receipts behind the last epoch, as they are: others have seen their numbers. */
    private List<SealedPart> parts(LedgerHistory history) throws IOException {
        SealedPart last = history.epochs().last();
        long head = history.epochs().head();
        TreeMap<Long, TreeMap<Integer, List<Receipt>>> behind = new TreeMap<>();
        for (Receipt receipt : history.rows().receiptsFrom(head + 1)) {
            behind.computeIfAbsent(receipt.epoch(), epoch -> new TreeMap<>())
                    .computeIfAbsent(receipt.shard(), shard -> new ArrayList<>())
                    .add(receipt);
        }
        if (behind.isEmpty()) {
            return List.of();
        }
        EpochSealer sealer = new EpochSealer(options, domain);
        if (last != null) {
            last.positions().forEach(sealer::add);
            sealer.restore(new EpochSealer.Head(head, last.hash(), 0), Long.MAX_VALUE);
        }
        List<SealedPart> parts = new ArrayList<>();
        for (long epoch = head + 1; epoch <= behind.lastKey(); epoch++) {
            parts.addAll(sealed(epoch, behind.getOrDefault(epoch, new TreeMap<>()), sealer));
        }
        return parts;
    }

    private List<SealedPart> sealed(
            long epoch, Map<Integer, List<Receipt>> shards, EpochSealer sealer) {
        long barrier = 0;
        for (Map.Entry<Integer, List<Receipt>> shard : shards.entrySet()) {
            long cut = shard.getValue().get(0).cut();
            barrier = Math.max(barrier, cut);
            List<Charge> charges = new ArrayList<>();
            for (Receipt receipt : shard.getValue()) {
                charges.add(receipt.charge());
                // What it was cut from had been read: the header's positions say so.
                sealer.add(
                        new CutPosition(
                                cut,
                                "requests-" + receipt.charge().place().topicPartition(),
                                receipt.charge().place().offset() + 1));
            }
            ShardCutter.Cut again = cutter.cut(cut, shard.getKey(), charges, List.of());
            List<Receipt> numbered = new ArrayList<>();
            for (CutReceipt receipt : again.receipts()) {
                numbered.add(receipt.numbered(epoch));
            }
            List<Receipt> ordered = new ArrayList<>(shard.getValue());
            ordered.sort(Comparator.comparingInt(Receipt::index));
            if (!numbered.equals(ordered)) {
                throw new RecoverException(
                        """
                        epoch %d is not in the log, and the %d receipts of it that shard %d has are \
                        not all: the first of them is %s; nothing is rebuilt from it, restore the \
                        topic of receipts from a replica\
                        """
                                .formatted(epoch, ordered.size(), shard.getKey(), ordered.get(0)));
            }
            sealer.add(again.root());
        }
        List<EpochSealer.Sealed> sealed = sealer.seal(barrier);
        if (sealed.size() != 1) {
            throw new RecoverException(
                    "epoch %d is not in the log, and its receipts are of %d cuts; restore the log from a replica"
                            .formatted(epoch, sealed.size()));
        }
        return sealed.get(0).parts();
    }
}
