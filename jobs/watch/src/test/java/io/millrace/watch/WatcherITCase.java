package io.millrace.watch;

import static io.millrace.watch.WatchedCourt.ACCOUNTS;
import static io.millrace.watch.WatchedCourt.VICTIM;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.watch.Case.Action;
import io.millrace.watch.Case.State;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Task;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A watcher of settlers of every kind, before the real contracts. */
class WatcherITCase {

    @TempDir private Path folder;

    private WatchedCourt watched;

    @BeforeEach
    void open() throws Exception {
        watched = new WatchedCourt(folder);
    }

    @AfterEach
    void close() {
        watched.close();
    }

    @Test
    void watch_honestEpochsInParts_nothingIsHeldAgainstThem() throws Exception {
        watched.publish(watched.books.settle(watched.honest(), Map.of(), 2));
        watched.publish(watched.books.settle(watched.honest()));
        watched.publish(watched.books.settle(watched.honest(), Map.of(), 3));

        try (Watcher watcher = watched.watcher()) {
            watched.run(watcher);

            assertThat(watcher.judged()).isEqualTo(3);
            assertThat(watcher.docket().all()).isEmpty();
        }
    }

    static Stream<Arguments> cheats() {
        return Stream.of(
                cheat("overcharge", Action.PROVE_REQUEST, t -> t.maxFeeNano = t.debitNano - 1),
                cheat("late", Action.PROVE_REQUEST, t -> t.deadlineMillis = t.admittedMillis - 1),
                cheat(
                        "wrong account",
                        Action.PROVE_REQUEST,
                        t -> {
                            t.signer = VICTIM + 1;
                            t.nonce += 1_000;
                        }),
                cheat("arithmetic", Action.PROVE_LEAF, t -> t.debitNano++),
                cheat(
                        "wrong price",
                        Action.PROVE_LEAF,
                        t -> {
                            t.priceNano *= 2;
                            t.price();
                        }),
                cheat("treasury skim", Action.PROVE_LEAF, t -> t.feeNano += 5),
                cheat("double", Action.PROVE_PAIR, t -> t.nonce--));
    }

    private static Arguments cheat(String name, Action action, Consumer<Task> change) {
        return Arguments.of(name, action, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cheats")
    void watch_oneFalseCharge_provenAtOnceAndTheVictimIsPaid(
            String name, Action action, Consumer<Task> change) throws Exception {
        watched.publish(watched.books.settle(watched.honest()));
        List<Task> tasks = watched.honest();
        change.accept(tasks.get(tasks.size() - ACCOUNTS + (int) VICTIM - 1));
        Settled settled = watched.books.settle(tasks);
        watched.publish(settled);
        BigInteger before = watched.released();

        try (Watcher watcher = watched.watcher()) {
            watched.run(watcher);

            watched.assertCompensated(watcher, action);
        }
        watched.assertPaid(before, settled);
    }

    @Test
    void watch_nobodySignedTheRequest_leafIsChallengedAndConcluded() throws Exception {
        Settled settled = watched.books.settle(watched.honest());
        watched.publish(settled);
        Receipt accused = settled.receipt(VICTIM, 0);
        watched.evidence.removeIf(one -> one.requestId().equals(accused.charge().requestId()));
        BigInteger before = watched.released();

        try (Watcher watcher = watched.watcher()) {
            watched.run(watcher);

            watched.assertCompensated(watcher, Action.CHALLENGE_LEAF);
        }
        watched.assertPaid(before, settled);
    }

    @Test
    void watch_debitWithoutReceipts_statementIsChallengedAndConcluded() throws Exception {
        Settled settled =
                watched.books.settle(watched.honest(), Map.of(VICTIM, 9L, VICTIM + 1, -9L), 1);
        watched.publish(settled);
        BigInteger before = watched.released();

        try (Watcher watcher = watched.watcher()) {
            watched.run(watcher);

            watched.assertCompensated(watcher, Action.CHALLENGE_STATEMENT);
        }
        watched.assertPaid(before, settled);
    }

    @Test
    void watch_killedAfterEveryRound_oneChallengeAndOneConclusion() throws Exception {
        Settled settled =
                watched.books.settle(watched.honest(), Map.of(VICTIM, 9L, VICTIM + 1, -9L), 1);
        watched.publish(settled);
        BigInteger before = watched.released();

        List<Case> cases = List.of();
        for (int round = 0; round < WatchedCourt.ROUNDS && !ended(cases); round++) {
            try (Watcher watcher = watched.watcher()) {
                watcher.step();
                cases = watcher.docket().all();
            }
            watched.court.pass(round == 0 ? WatchedCourt.patience() : 30);
        }

        assertThat(cases)
                .singleElement()
                .satisfies(one -> assertThat(one.state()).isEqualTo(State.COMPENSATED));
        assertThat(
                        watched
                                .court
                                .chain()
                                .events(0, watched.court.chain().newest().number())
                                .stream()
                                .map(event -> event.getClass().getSimpleName()))
                .containsExactlyInAnyOrder("Challenged", "Concluded", "FaultProven");
        watched.assertPaid(before, settled);
    }

    @Test
    void watch_othersAccountsAlone_falseChargeOfTheVictimIsNotItsBusiness() throws Exception {
        List<Task> tasks = watched.honest();
        tasks.get((int) VICTIM - 1).debitNano++;
        watched.publish(watched.books.settle(tasks));

        try (Watcher watcher = watched.watcher(Set.of(VICTIM + 1))) {
            watched.run(watcher);

            assertThat(watcher.docket().all()).isEmpty();
        }
    }

    private static boolean ended(List<Case> cases) {
        return !cases.isEmpty() && cases.stream().allMatch(one -> one.state().isEnd());
    }

    /** It finds epochs of all ages, and has not read a record yet. */
    @ParameterizedTest
    @ValueSource(strings = {"nothing was read yet", ""})
    void watch_startedLate_readsBeforeItJudges(String failure) throws Exception {
        watched.publish(watched.books.settle(watched.honest()));
        watched.court.pass(2 * WatchedCourt.patience() - 300);
        watched.topics.all = false;
        watched.topics.failure = failure;

        try (Watcher watcher = watched.watcher()) {
            watcher.step();
            watched.court.pass(60);
            watcher.step();
            watched.put();
            watched.topics.all = true;
            watched.topics.failure = "";
            watched.run(watcher);

            assertThat(watcher.judged()).isEqualTo(1);
            assertThat(watcher.docket().all()).isEmpty();
        }
    }

    /** A settler that unplugs its Kafka would go free otherwise. */
    @Test
    void watch_topicsThatCannotBeRead_everyStatementIsChallengedInTime() throws Exception {
        watched.topics.all = false;
        watched.topics.failure = "no broker answers";

        try (Watcher watcher = watched.watcher()) {
            watched.publish(watched.books.settle(watched.honest()));
            for (long passed = 0; passed < 2 * WatchedCourt.patience(); passed += 600) {
                watcher.step();
                watched.court.pass(600);
            }

            assertThat(watcher.docket().all())
                    .hasSize(ACCOUNTS)
                    .allSatisfy(
                            one -> assertThat(one.action()).isEqualTo(Action.CHALLENGE_STATEMENT));
        }
    }

    /** Nothing is demanded while it reads, up to when a demand would come too late. */
    @Test
    void watch_stillCatchingUp_demandsNothingBeforeTheLastCall() throws Exception {
        watched.topics.all = false;

        try (Watcher watcher = watched.watcher()) {
            watched.publish(watched.books.settle(watched.honest()));
            watcher.step();
            watched.court.pass(2 * WatchedCourt.patience() - 300);
            watcher.step();
            assertThat(watcher.docket().all()).isEmpty();

            watched.court.pass(600);
            watcher.step();
            assertThat(watcher.docket().all()).hasSize(ACCOUNTS);
        }
    }
}
