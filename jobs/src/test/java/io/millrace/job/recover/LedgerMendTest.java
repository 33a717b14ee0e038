package io.millrace.job.recover;

import static io.millrace.job.recover.LedgerRun.DOMAIN;
import static io.millrace.job.recover.LedgerRun.OPTIONS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.admit.RequestPlace;
import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.VaultHead;
import io.millrace.meter.Charge;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.PartLimits;
import io.millrace.settle.Receipt;
import io.millrace.testing.ChargeBuilder;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A checkpoint with a cut completes, some of the sinks' subtasks commit, everything dies, and the
 * brokers abort the rest. Whichever they were, an operator is not told to restore a replica that
 * nobody has.
 */
class LedgerMendTest {

    private static final LedgerMend MEND =
            new LedgerMend(DOMAIN, OPTIONS.shardDepth(), PartLimits.DEFAULT);

    @TempDir private Path folder;

    private final List<LedgerRows> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (LedgerRows rows : opened) {
            rows.close();
        }
    }

    /** Subtasks with a transaction of their own. */
    private enum Sink {
        MONEY_0,
        MONEY_1,
        REJECTIONS,
        EPOCHS,
        RECEIPTS_0,
        RECEIPTS_1
    }

    /** What a checkpoint has added, and what of it was committed. */
    private record Loss(
            LedgerRun run,
            Sizes before,
            CheckpointMark markBefore,
            Set<Sink> sinks,
            List<Receipt> written) {

        private record Sizes(int charges, int parts, int receipts, Set<RequestPlace> rejected) {}

        static Loss of(long seed, Set<Sink> sinks) {
            LedgerRun run = new LedgerRun(new Random(seed));
            run.run(600);
            run.checkpoint();
            Sizes before =
                    new Sizes(
                            run.charges.size(),
                            run.parts.size(),
                            run.receipts.size(),
                            Set.copyOf(run.rejected));
            CheckpointMark mark = run.mark;
            run.runWithoutCheckpoint(150);
            run.checkpoint();
            assertThat(run.receipts.size())
                    .as("receipts of the cut")
                    .isGreaterThan(before.receipts);
            return new Loss(run, before, mark, sinks, List.copyOf(run.receipts));
        }

        /** One, from {@code seed} on, whose cut has receipts by either of the sinks. */
        static Loss ofBothSides(long seed, Set<Sink> sinks) {
            Loss loss = of(seed, sinks);
            long sides =
                    loss.written.subList(loss.before.receipts, loss.written.size()).stream()
                            .map(receipt -> receipt.shard() % 2)
                            .distinct()
                            .count();
            return sides == 2 ? loss : ofBothSides(seed + 1, sinks);
        }

        /** Of the cut each shard has written the first receipts only, since it is large. */
        static Loss ofLargeCut(long seed, Set<Sink> sinks) {
            Loss whole = of(seed, sinks);
            Random random = new Random(seed);
            Map<Integer, Integer> most = new HashMap<>();
            Map<Integer, Integer> counts = new HashMap<>();
            List<Receipt> written =
                    new ArrayList<>(whole.written.subList(0, whole.before.receipts));
            for (Receipt receipt :
                    whole.written.subList(whole.before.receipts, whole.written.size())) {
                int shard = receipt.shard();
                most.computeIfAbsent(shard, key -> random.nextInt(12));
                if (counts.merge(shard, 1, Integer::sum) <= most.get(shard)) {
                    written.add(receipt);
                }
            }
            return new Loss(whole.run, whole.before, whole.markBefore, sinks, written);
        }

        LedgerHistory history(Path folder) {
            List<Charge> charges =
                    kept(
                            run.charges,
                            before.charges,
                            charge ->
                                    charge.requesterAccount() % 2 == 0
                                            ? Sink.MONEY_0
                                            : Sink.MONEY_1);
            Collections.shuffle(charges, new Random(7)); // as from other partitions than it was
            return run.history(
                    folder,
                    sinks.isEmpty() ? markBefore : run.mark,
                    sinks.contains(Sink.EPOCHS) ? run.mark : markBefore,
                    charges,
                    sinks.contains(Sink.REJECTIONS) ? run.rejected : before.rejected,
                    parts(),
                    kept(
                            written,
                            before.receipts,
                            receipt ->
                                    receipt.shard() % 2 == 0 ? Sink.RECEIPTS_0 : Sink.RECEIPTS_1));
        }

        List<SealedPart> parts() {
            return kept(run.parts, before.parts, part -> Sink.EPOCHS);
        }

        private interface Writer<T> {
            Sink of(T record);
        }

        private <T> List<T> kept(List<T> records, int before, Writer<T> writer) {
            List<T> kept = new ArrayList<>(records.subList(0, before));
            for (T record : records.subList(before, records.size())) {
                if (sinks.contains(writer.of(record))) {
                    kept.add(record);
                }
            }
            return kept;
        }

        /** A broker keeps what it has aborted, from this run and from one that died before. */
        LedgerMend.StoredRecords stored() {
            return storing(written, run.charges);
        }
    }

    private static LedgerMend.StoredRecords storing(List<Receipt> receipts, List<Charge> charges) {
        return new LedgerMend.StoredRecords() {
            @Override
            public List<Receipt> receipts(Set<Long> epochs) {
                return receipts.stream().filter(r -> epochs.contains(r.epoch())).toList();
            }

            @Override
            public List<Charge> charges(Predicate<Charge> wanted) {
                return charges.stream().filter(wanted).toList();
            }
        };
    }

    private LedgerHistory history(Loss loss) {
        LedgerHistory history = loss.history(folder);
        opened.add(history.rows());
        return history;
    }

    /** With what was missing: nothing of it is lost, or told twice. */
    private static LedgerHistory mended(LedgerHistory history, LedgerMend.Missing missing)
            throws IOException {
        missing.addTo(history);
        return history.again(LedgerRun.RULES);
    }

    private static Stream<Set<Sink>> subsets() {
        Sink[] all = Sink.values();
        return IntStream.range(0, 1 << all.length)
                .mapToObj(
                        bits ->
                                IntStream.range(0, all.length)
                                        .filter(sink -> (bits >> sink & 1) == 1)
                                        .mapToObj(sink -> all[sink])
                                        .collect(
                                                Collectors.toCollection(
                                                        () -> EnumSet.noneOf(Sink.class))));
    }

    @ParameterizedTest(name = "committed: {0}")
    @MethodSource("subsets")
    void mend_someSinksOfACutCommitted_ledgerIsWholeAgain(Set<Sink> sinks) throws Exception {
        for (long seed = 1; seed <= 4; seed++) {
            requireMended(Loss.of(seed, sinks), "seed " + seed);
        }
    }

    /** The receipts of a large cut leave bit by bit, and everything died in between. */
    @ParameterizedTest(name = "committed: {0}")
    @MethodSource("subsets")
    void mend_notAllReceiptsOfTheCutWereWritten_ledgerIsWholeAgain(Set<Sink> sinks)
            throws Exception {
        for (long seed = 31; seed <= 34; seed++) {
            requireMended(Loss.ofLargeCut(seed, sinks), "seed " + seed);
        }
    }

    private void requireMended(Loss loss, String note) throws Exception {
        LedgerHistory history = history(loss);
        LedgerMend.Missing missing = MEND.of(history, loss.stored());
        LedgerChecks.VaultRecord vault = vaultOf(loss.parts());
        LedgerHistory mended = mended(history, missing);

        LedgerChecks.require(mended, vault);
        assertThat(MEND.of(mended, loss.stored()).isNothing())
                .as("a second recovery publishes nothing, " + note)
                .isTrue();
        assertThat(MEND.of(history(loss), loss.stored()))
                .as("a recovery that died half-way, run again, " + note)
                .isEqualTo(missing);
        assertThat(loss.run().charges)
                .as("charges as they were, " + note)
                .containsAll(missing.charges());
        assertThat(loss.run().receipts)
                .as("receipts as they were, " + note)
                .containsAll(missing.receipts());
        if (!loss.sinks().contains(Sink.EPOCHS)) {
            assertThat(missing.receipts()).as("of epochs nobody has seen").isEmpty();
        } else {
            assertThat(mended.rows().receiptsFrom(1))
                    .containsExactlyInAnyOrderElementsOf(loss.run().receipts);
        }
    }

    @ParameterizedTest(name = "committed: {0}")
    @MethodSource("subsets")
    void mend_nothingAbortedIsStored_completedFromWhatIsCommittedOrNamed(Set<Sink> sinks)
            throws Exception {
        Loss loss = Loss.ofBothSides(11, sinks);
        LedgerHistory history = history(loss);
        boolean moneyOfEach =
                sinks.containsAll(Set.of(Sink.MONEY_0, Sink.MONEY_1))
                        || sinks.containsAll(Set.of(Sink.RECEIPTS_0, Sink.RECEIPTS_1))
                        || sinks.containsAll(Set.of(Sink.MONEY_0, Sink.RECEIPTS_1))
                        || sinks.containsAll(Set.of(Sink.RECEIPTS_0, Sink.MONEY_1));
        if (moneyOfEach || !sinks.contains(Sink.EPOCHS)) {
            LedgerMend.Missing missing = MEND.of(history, storing(List.of(), List.of()));
            LedgerChecks.require(mended(history, missing), vaultOf(loss.parts()));
        } else {
            assertThatThrownBy(() -> MEND.of(history, storing(List.of(), List.of())))
                    .isInstanceOf(RecoverException.class)
                    .hasMessageContaining("epoch " + loss.run().mark.epoch() + " was sealed with")
                    .hasMessageContaining("of shard")
                    .hasMessageContaining("restore the topics of charges and receipts");
        }
    }

    /** What one run has cut, a later one cuts otherwise: only one of them has the root. */
    @ParameterizedTest(name = "seed={0}")
    @MethodSource("seeds")
    void mend_storedByTwoRuns_takesThoseThatWereSealed(long seed) throws Exception {
        Loss loss = Loss.of(seed, EnumSet.of(Sink.EPOCHS));
        List<Receipt> others = new ArrayList<>();
        for (Receipt receipt : loss.run().receipts) {
            Charge charge = receipt.charge();
            others.add(
                    new Receipt(
                            receipt.epoch(),
                            receipt.cut(),
                            receipt.shard(),
                            receipt.index(),
                            receipt.earnedBefore(),
                            ChargeBuilder.like(charge)
                                    .amounts(charge.debitNano() + 1, charge.feeNano())
                                    .build()));
        }
        for (List<List<Receipt>> order :
                List.of(
                        List.of(others, loss.run().receipts),
                        List.of(loss.run().receipts, others))) {
            LedgerHistory history = history(loss);
            LedgerMend.Missing missing =
                    MEND.of(
                            history,
                            storing(order.stream().flatMap(List::stream).toList(), List.of()));
            LedgerChecks.require(mended(history, missing), vaultOf(loss.parts()));
        }
    }

    private static Stream<Long> seeds() {
        return Stream.of(21L, 22L, 23L);
    }

    /** One that has settled everything that was visible to a submitter. */
    private static LedgerChecks.VaultRecord vaultOf(List<SealedPart> parts) {
        Set<String> hashes = new HashSet<>();
        Map<String, String> byPart =
                parts.stream()
                        .filter(part -> hashes.add(part.hash()))
                        .collect(
                                Collectors.toMap(
                                        part -> part.header().epoch() + "/" + part.header().part(),
                                        SealedPart::hash));
        SealedPart last = parts.get(parts.size() - 1);
        return new LedgerChecks.VaultRecord() {
            @Override
            public VaultHead head() {
                return new VaultHead(
                        last.hash(),
                        last.header().epoch(),
                        last.header().part(),
                        last.header().parts());
            }

            @Override
            public String headerOf(long epoch, int part) {
                return byPart.getOrDefault(epoch + "/" + part, Hex.ZERO_32);
            }
        };
    }
}
