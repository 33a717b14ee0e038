package io.millrace.job.recover;

import static io.millrace.job.recover.LedgerRun.OPTIONS;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.admit.Admitted;
import io.millrace.admit.Release;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.VaultHead;
import io.millrace.meter.Charge;
import io.millrace.settle.Receipt;
import io.millrace.testing.ChargeBuilder;
import io.millrace.unit.Hex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A state rebuilt from the records is the one that was lost; records that lie are refused. */
class LedgerRebuildTest {

    private static final LedgerRebuild REBUILD =
            new LedgerRebuild(OPTIONS.shardDepth(), OPTIONS.dustMaxCuts());

    @TempDir private Path folder;

    private final List<LedgerRows> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (LedgerRows rows : opened) {
            rows.close();
        }
    }

    private LedgerHistory history(LedgerRun run) {
        LedgerHistory history = run.history(folder);
        opened.add(history.rows());
        return history;
    }

    /** A vault that has settled the first parts of a log. */
    private record Vault(List<SealedPart> settled) implements LedgerChecks.VaultRecord {

        @Override
        public VaultHead head() {
            if (settled.isEmpty()) {
                return new VaultHead(Hex.ZERO_32, 0, 0, 0);
            }
            SealedPart last = settled.get(settled.size() - 1);
            return new VaultHead(
                    last.hash(),
                    last.header().epoch(),
                    last.header().part(),
                    last.header().parts());
        }

        @Override
        public String headerOf(long epoch, int part) {
            return settled.stream()
                    .filter(s -> s.header().epoch() == epoch && s.header().part() == part)
                    .map(SealedPart::hash)
                    .findFirst()
                    .orElse(Hex.ZERO_32);
        }
    }

    private static LedgerRun run(long seed, int steps) {
        LedgerRun run = new LedgerRun(new Random(seed));
        run.run(steps);
        return run;
    }

    @ParameterizedTest(name = "seed={0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void rebuild_ofARandomRun_isTheStateThatWasLost(long seed) throws Exception {
        LedgerRun run = run(seed, 1_500);
        LedgerHistory history = history(run);
        LedgerChecks.require(history, new Vault(run.parts.subList(0, run.parts.size() / 2)));
        RebuiltLedger rebuilt = REBUILD.of(history);

        assertThat(rebuilt.seal().head().epoch()).isEqualTo(run.mark.epoch());
        assertThat(rebuilt.seal().head().header()).isEqualTo(run.mark.header());
        assertThat(rebuilt.checkpoint()).isGreaterThan(run.mark.checkpoint());
        assertThat(rebuilt.gate().unsettledParts())
                .as("parts for the gate of admission, seed " + seed)
                .isEqualTo(run.parts.size() - history.chain().settledParts());
        assertThat(
                        rebuilt.requesters().stream()
                                .collect(
                                        Collectors.toMap(
                                                r -> r.funds().account(),
                                                r -> r.funds().balanceNano())))
                .as("available funds, seed " + seed)
                .isEqualTo(withWhatNothingReleases(run));
        assertThat(
                        rebuilt.meters().stream()
                                .collect(
                                        Collectors.toMap(
                                                RebuiltLedger.Meter::requesterAddress,
                                                RebuiltLedger.Meter::sequence)))
                .isEqualTo(
                        run.sequences.entrySet().stream()
                                .collect(
                                        Collectors.toMap(
                                                e -> LedgerRun.owner(e.getKey()),
                                                e -> e.getValue())));
        assertThat(rebuilt.shards().stream().flatMap(s -> s.charges().stream()))
                .as("unsealed charges, seed " + seed)
                .containsExactlyInAnyOrderElementsOf(
                        run.unsealed.values().stream().flatMap(List::stream).toList());
        assertThat(rebuilt.shards().stream().flatMap(s -> s.releases().stream()))
                .as("withdrawals for the next epoch, seed " + seed)
                .containsExactlyInAnyOrderElementsOf(joined(run));
        assertThat(
                        rebuilt.requesters().stream()
                                .filter(r -> r.funds().openRequestNano() > 0)
                                .collect(
                                        Collectors.toMap(
                                                r -> r.funds().account(),
                                                r -> r.funds().openRequestNano())))
                .as("what is open of withdrawals, seed " + seed)
                .isEqualTo(
                        run.openNano.entrySet().stream()
                                .filter(entry -> entry.getValue() > 0)
                                .collect(Collectors.toMap(e -> e.getKey(), e -> e.getValue())));
    }

    /** What was posted of a cancelled withdrawal and not sealed is not posted again. */
    private static Map<Integer, Long> withWhatNothingReleases(LedgerRun run) {
        Map<Integer, Long> balances = new HashMap<>(run.balances);
        run.releases.values().stream()
                .flatMap(List::stream)
                .filter(run::isCancelled)
                .forEach(r -> balances.merge(r.requesterAccount(), r.amountNano(), Math::addExact));
        return balances;
    }

    /** What was posted of one withdrawal bit by bit and is not sealed is posted in one. */
    private static List<Release> joined(LedgerRun run) {
        Map<List<Integer>, Release> joined = new HashMap<>();
        run.releases.values().stream()
                .flatMap(List::stream)
                .filter(release -> !run.isCancelled(release))
                .forEach(
                        r ->
                                joined.merge(
                                        List.of(r.requesterAccount(), r.request()),
                                        r,
                                        (one, other) ->
                                                new Release(
                                                        one.requesterAccount(),
                                                        one.requesterAddress(),
                                                        one.request(),
                                                        one.amountNano() + other.amountNano())));
        return List.copyOf(joined.values());
    }

    @ParameterizedTest(name = "seed={0}")
    @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28, 29, 30})
    void scan_outcomesOutOfOrder_eachOpenRequestReadAgainAndNoOther(long seed) {
        LedgerRun run = run(seed, 1_500);
        RequestScan.Result result = history(run).requests();
        Set<RequestPlace> skipped = new HashSet<>(result.accounted());
        Set<RequestPlace> readAgain = new HashSet<>();
        for (RequestRecord record : run.records) {
            RequestPlace place = record.place();
            boolean read =
                    place.offset() >= result.starts().getOrDefault(place.topicPartition(), 0L)
                            && !skipped.contains(place);
            if (read && !record.tick()) {
                readAgain.add(place);
            }
        }
        assertThat(readAgain)
                .as("requests processed after the loss, seed " + seed)
                .isEqualTo(run.open.keySet());
    }

    /** Whoever copies a charged request into the log must be refused as before (M8). */
    @ParameterizedTest(name = "seed={0}")
    @ValueSource(longs = {31, 32, 33, 34, 35})
    void rebuild_remembersEveryChargedIdThatACopyCouldStillName(long seed) {
        LedgerRun run = run(seed, 1_500);
        LedgerHistory history = history(run);
        RebuiltLedger rebuilt = REBUILD.of(history);
        Set<String> remembered = new HashSet<>();
        for (RebuiltLedger.Requester requester : rebuilt.requesters()) {
            remembered.addAll(requester.admitted().keySet());
            Set<String> walked = new HashSet<>();
            requester
                    .lastByDeadline()
                    .forEach(
                            (deadline, id) -> {
                                String at = id;
                                while (at != null) {
                                    walked.add(at);
                                    Admitted entry = requireNonNull(requester.admitted().get(at));
                                    assertThat(entry.deadlineMillis()).isEqualTo(deadline);
                                    at = entry.next();
                                }
                            });
            assertThat(walked)
                    .as("ids that a timer will forget, seed " + seed)
                    .isEqualTo(requester.admitted().keySet());
        }
        long earliestMillis =
                run.open.keySet().stream()
                        .mapToLong(place -> appendMillis(run, place))
                        .min()
                        .orElse(Long.MAX_VALUE);
        assertThat(
                        run.deadlines.entrySet().stream()
                                .filter(entry -> entry.getValue() > earliestMillis)
                                .map(entry -> entry.getKey()))
                .isSubsetOf(remembered);
    }

    @Test
    void check_receiptDropped_namesTheEpochAndBothRoots() {
        LedgerRun run = run(41, 800);
        Receipt dropped = run.receipts.remove(run.receipts.size() / 2);
        assertRefused(run, List.of(), "epoch " + dropped.epoch() + " was sealed with root 0x");
    }

    @Test
    void check_chargeOfASealedReceiptChanged_namesTheRequest() {
        LedgerRun run = run(42, 800);
        Charge sealed = run.receipts.get(0).charge();
        run.charges.set(run.charges.indexOf(sealed), with(sealed, sealed.sequence(), 1));
        assertRefused(run, List.of(), "the receipt of request " + sealed.requestId());
    }

    @Test
    void check_chargeMissing_namesTheGap() {
        LedgerRun run = run(43, 800);
        Charge missing =
                run.charges.stream()
                        .filter(charge -> charge.sequence() == 2)
                        .findFirst()
                        .orElseThrow();
        run.charges.remove(missing);
        assertRefused(
                run, List.of(), missing.requesterAddress() + " has sequence 3 where 2 follows");
    }

    /** The next epoch said that it was cut before requests which it charged. */
    @Test
    void rebuild_chargesUnsealed_positionsLieBehindTheirRequests() throws Exception {
        RebuiltLedger rebuilt = REBUILD.of(history(run(46, 800)));

        Map<String, Long> reached =
                rebuilt.seal().positions().stream()
                        .collect(Collectors.toMap(CutPosition::source, CutPosition::next));
        assertThat(rebuilt.shards().stream().flatMap(shard -> shard.charges().stream()))
                .isNotEmpty()
                .allSatisfy(
                        charge ->
                                assertThat(charge.place().offset())
                                        .isLessThan(
                                                reached.getOrDefault(
                                                        "requests-"
                                                                + charge.place().topicPartition(),
                                                        0L)));
    }

    @Test
    void check_vaultHoldsAnotherEpoch_namesItAndBothHeaders() {
        LedgerRun run = run(44, 800);
        List<SealedPart> others = new ArrayList<>(run.parts.subList(0, 3));
        SealedPart real = others.get(2);
        String other = "0x" + "ee".repeat(32);
        others.set(
                2,
                new SealedPart(
                        other,
                        real.header(),
                        real.words(),
                        real.releases(),
                        real.accounts(),
                        real.sources(),
                        real.positions()));
        assertRefused(run, others, "epoch 3 part 0 has header " + real.hash(), other);
    }

    @Test
    void check_vaultAheadOfTheLog_namesBothEnds() {
        LedgerRun run = run(45, 800);
        List<SealedPart> settled = List.copyOf(run.parts);
        long last = settled.get(settled.size() - 1).header().epoch();
        while (run.parts.get(run.parts.size() - 1).header().epoch() == last) {
            run.parts.remove(run.parts.size() - 1);
        }
        run.receipts.removeIf(receipt -> receipt.epoch() == last);
        assertRefused(run, settled, "the vault is at epoch " + last, "epoch " + (last - 1));
    }

    @Test
    void check_epochMissingInTheLog_namesIt() {
        LedgerRun run = run(46, 800);
        SealedPart gone = run.parts.remove(2);
        assertRefused(run, List.of(), "epoch " + (gone.header().epoch() + 1), gone.hash());
    }

    @Test
    void check_nodeBehindTheLog_refusedUntilItHasCaughtUp() throws Exception {
        LedgerRun run = run(47, 800);
        LedgerHistory history = history(run);
        long seen =
                run.parts.stream().mapToLong(part -> part.header().l2Block()).max().orElseThrow();
        assertThatThrownBy(() -> check(upTo(seen - 1, history), run.parts))
                .isInstanceOf(RecoverException.class)
                .hasMessageContainingAll("L2 block " + seen, "the node is behind, wait");

        check(upTo(seen, history), run.parts);
    }

    private static void check(LedgerHistory history, List<SealedPart> settled) throws Exception {
        LedgerChecks.require(history, new Vault(settled));
    }

    private static LedgerHistory upTo(long finalBlock, LedgerHistory history) throws Exception {
        return LedgerHistory.of(
                history.rows(),
                new LedgerHistory.Marks(history.mark(), history.logMark()),
                history.requests(),
                history.chain(),
                finalBlock,
                LedgerRun.RULES);
    }

    private void assertRefused(LedgerRun run, List<SealedPart> settled, String... says) {
        LedgerHistory history = history(run);
        assertThatThrownBy(() -> LedgerChecks.require(history, new Vault(settled)))
                .isInstanceOf(RecoverException.class)
                .hasMessageContainingAll(says);
    }

    private static Charge with(Charge c, long sequence, long moreNano) {
        return ChargeBuilder.like(c)
                .sequence(sequence)
                .amounts(c.debitNano() + moreNano, c.feeNano())
                .build();
    }

    private static long appendMillis(LedgerRun run, RequestPlace place) {
        return run.records.stream()
                .filter(record -> record.place().equals(place))
                .mapToLong(RequestRecord::appendMillis)
                .findFirst()
                .orElseThrow();
    }
}
