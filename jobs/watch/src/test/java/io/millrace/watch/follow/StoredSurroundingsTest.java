package io.millrace.watch.follow;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.rules.Fault;
import io.millrace.watch.follow.StoredSurroundings.Owners;
import io.millrace.watch.judge.Finding;
import io.millrace.watch.judge.Judge;
import io.millrace.watch.judge.Judgement;
import io.millrace.watch.judge.Place;
import io.millrace.watch.judge.SampleStream;
import io.millrace.watch.judge.Surroundings.Last;
import io.millrace.watch.judge.Surroundings.Sealed;
import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is on disk judges as what is in memory does, also by a process that begins in the middle.
 */
class StoredSurroundingsTest {

    private static final String LEDGER = "chain 31337 vault 0xaa";

    @TempDir private Path folder;

    private final Set<Long> voidEpochs = new HashSet<>();

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void judge_honestEpochsWithARestartAfterEach_nothingFound(long seed) throws IOException {
        SampleStream stream = new SampleStream(seed, 4);
        try (WatchStore store = WatchStore.open(folder, LEDGER)) {
            StoredStream.put(stream, store);
        }
        for (SampleStream.Epoch epoch : stream.epochs()) {
            Judgement judgement = judged(stream, epoch.number());

            assertThat(judgement.whole()).isTrue();
            assertThat(judgement.findings()).isEmpty();
        }
    }

    @Test
    void judge_requestOfAnEpochBeforeTheRestart_doubleChargeWithBothLeaves() throws IOException {
        SampleStream stream = twice();

        assertThat(judged(stream, 1).findings()).isEmpty();
        List<Finding> found = judged(stream, 2).findings();

        assertThat(found).singleElement().isInstanceOf(Finding.Provable.class);
        Finding.Provable proof = (Finding.Provable) found.get(0);
        assertThat(proof.fault()).isEqualTo(Fault.DOUBLE_CHARGE);
        Sealed other = requireNonNull(proof.other());
        assertThat(other.header().epoch()).isEqualTo(1);
        assertThat(other.leaf().leaf().requestId()).isEqualTo(proof.leaf().leaf().requestId());
    }

    @Test
    void judge_requestOfAVoidEpochBefore_nothingFound() throws IOException {
        SampleStream stream = twice();
        judged(stream, 1);
        voidEpochs.add(1L);

        assertThat(judged(stream, 2).findings()).isEmpty();
    }

    @Test
    void judge_earlierEpochComesLast_theLaterOneIsJudgedAgain() throws IOException {
        SampleStream stream = twice();
        assertThat(judged(stream, 2).findings()).isEmpty();
        try (WatchStore store = WatchStore.open(folder, LEDGER);
                WatchStore.Batch batch = store.batch()) {
            batch.remove(Kind.WAITING.key(2));
            batch.write();
        }

        assertThat(judged(stream, 1).findings()).isEmpty();

        try (WatchStore store = WatchStore.open(folder, LEDGER)) {
            assertThat(new Rows(store).waiting(0, 9)).extracting(Rows.Waiting::epoch).contains(2L);
        }
        assertThat(judged(stream, 2).findings()).hasSize(1);
    }

    @Test
    void lasts_aYearOfEpochs_fewRowsOfAnAccountAreKept() throws IOException {
        try (WatchStore store = WatchStore.open(folder, LEDGER)) {
            StoredSurroundings surroundings = surroundings(new SampleStream(1, 1), store);
            for (long epoch = 1; epoch <= 200; epoch++) {
                Last last = new Last(new Place(epoch, 0, 0), epoch * 10);
                assertThat(surroundings.lasts(5, epoch * 10 - 9, last)).isEmpty();
                surroundings.flush();
            }
            List<byte[]> rows = new ArrayList<>();
            store.forEach(Kind.LAST.key(5L), (key, value) -> rows.add(key));
            assertThat(rows).hasSizeLessThan(12);
        }
    }

    /** The tribunal would find no fault: the proof would cost its sender gas, round after round. */
    @Test
    void judge_requestOfAnEpochWhoseWordsDebitNothing_nothingFound() throws IOException {
        SampleStream stream = twice();
        judged(stream, 1);
        try (WatchStore store = WatchStore.open(folder, LEDGER);
                WatchStore.Batch batch = store.batch()) {
            store.forEach(
                    Kind.PART.key(1L),
                    (key, value) -> {
                        batch.remove(key);
                        return true;
                    });
            batch.write();
        }

        assertThat(judged(stream, 2).findings()).isEmpty();
    }

    @Test
    void charges_againInALaterEpoch_countsIfTheAccountPaidBefore() throws IOException {
        SampleStream stream = stored();
        try (WatchStore store = WatchStore.open(folder, LEDGER)) {
            StoredSurroundings surroundings = surroundings(stream, store);
            int paid = 0;
            for (Receipt receipt : stream.epochs().get(0).receipts()) {
                long account = receipt.charge().requesterAccount();
                String id = receipt.charge().requestId();
                Place at = new Place(1, receipt.shard(), receipt.index());
                assertThat(surroundings.charges(id, account, at)).isEmpty();
                boolean counts = receipt.charge().debitNano().signum() > 0;
                paid += counts ? 1 : 0;

                assertThat(surroundings.chargedBefore(id, new Place(2, 0, 0))).isEqualTo(counts);
                assertThat(surroundings.charges(id, account, new Place(2, 0, 0)))
                        .isEqualTo(counts ? Optional.of(at) : Optional.empty());
                assertThat(surroundings.charges(id, account + 1, new Place(3, 0, 0))).isEmpty();
            }
            assertThat(paid).isPositive().isLessThan(stream.epochs().get(0).receipts().size());
        }
    }

    @Test
    void lasts_numberThatDoesNotGrow_countsIfItWasPaidAndIsReachable() throws IOException {
        SampleStream stream = stored();
        Receipt receipt =
                stream.epochs().get(0).receipts().stream()
                        .filter(one -> one.charge().debitNano().signum() > 0)
                        .findFirst()
                        .orElseThrow();
        long account = receipt.charge().requesterAccount();
        Place at = new Place(1, receipt.shard(), receipt.index());
        long most = 1L << 32;
        try (WatchStore store = WatchStore.open(folder, LEDGER)) {
            StoredSurroundings surroundings = surroundings(stream, store);
            for (long number : new long[] {7, most, most + 1}) {
                assertThat(surroundings.lasts(account, 1, new Last(at, number))).isEmpty();
                surroundings.flush();

                assertThat(surroundings.lasts(account, number, new Last(new Place(2, 0, 0), 1)))
                        .isEqualTo(number > most ? Optional.empty() : Optional.of(at));
                assertThat(surroundings.lasts(account, number + 1, new Last(new Place(2, 0, 0), 1)))
                        .isEmpty();
            }
        }
    }

    @Test
    void open_folderOfAnotherLedger_errorNamesBothAndTheOption() throws IOException {
        WatchStore.open(folder, LEDGER).close();

        assertThatThrownBy(() -> WatchStore.open(folder, "chain 10 vault 0xbb"))
                .hasMessageContaining(LEDGER)
                .hasMessageContaining("chain 10 vault 0xbb")
                .hasMessageContaining("--watch.data");
    }

    /** Its first epoch has charges of nothing too. */
    private SampleStream stored() throws IOException {
        SampleStream stream =
                LongStream.range(1, 100)
                        .mapToObj(seed -> new SampleStream(seed, 1))
                        .filter(
                                one ->
                                        one.epochs().get(0).receipts().stream()
                                                        .map(r -> r.charge().debitNano().signum())
                                                        .distinct()
                                                        .count()
                                                == 2)
                        .findFirst()
                        .orElseThrow();
        try (WatchStore store = WatchStore.open(folder, LEDGER)) {
            StoredStream.put(stream, store);
        }
        return stream;
    }

    /** Its second epoch charges a request of its first again. */
    private SampleStream twice() throws IOException {
        SampleStream stream = new SampleStream(3, 2);
        stream.chargeAgain();
        try (WatchStore store = WatchStore.open(folder, LEDGER)) {
            StoredStream.put(stream, store);
        }
        return stream;
    }

    /** By a process of its own. */
    private Judgement judged(SampleStream stream, long epoch) throws IOException {
        try (WatchStore store = WatchStore.open(folder, LEDGER)) {
            Rows rows = new Rows(store);
            StoredSurroundings surroundings = surroundings(stream, store);
            Judgement judgement =
                    new Judge(
                                    stream.hashes(),
                                    SampleStream.SHARD_DEPTH,
                                    surroundings,
                                    account -> true,
                                    account -> true)
                            .judge(
                                    rows.parts(epoch).stream().map(Rows.Settled::part).toList(),
                                    rows.receipts(epoch));
            surroundings.flush();
            return judgement;
        }
    }

    private StoredSurroundings surroundings(SampleStream stream, WatchStore store) {
        return new StoredSurroundings(
                store,
                new Owners() {
                    @Override
                    public long accountOf(String requester) {
                        return stream.accountOf(requester);
                    }

                    @Override
                    public BigInteger signsUntil(long provider, String key) {
                        return stream.signsUntil(provider, key);
                    }
                },
                (epoch, account) -> voidEpochs.contains(epoch),
                stream.hashes(),
                SampleStream.SHARD_DEPTH);
    }
}
