package io.millrace.watch;

import static io.millrace.watch.WatchedCourt.VICTIM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.watch.Case.Action;
import io.millrace.watch.Case.State;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import io.millrace.watch.testing.Task;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A settler that plays for time and hides, before the real contracts. */
class WatcherTimesITCase {

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

    /** The theft's window would be over before the last part has come. */
    @Test
    void watch_partsThatDebitNobodyFollowSlowly_theFirstIsChallengedInItsTime() throws Exception {
        try (Watcher watcher = watched.watcher()) {
            List<Integer> challenged = new ArrayList<>();
            watched.books.settleSlowly(
                    watched.honest(),
                    Map.of(VICTIM, 9L, VICTIM - 1, -9L),
                    5,
                    settled -> {
                        if (challenged.isEmpty()) {
                            watched.publish(settled);
                            watched.put();
                        }
                        watcher.step();
                        watched.court.pass(WatchedCourt.patience() - 600);
                        watcher.step();
                        challenged.add(watcher.docket().all().size());
                    });

            assertThat(challenged).as("before parts 1, 2, 3, 4").containsExactly(0, 1, 1, 1);
            watched.assertCompensated(watcher, Action.CHALLENGE_STATEMENT);
        }
    }

    /** A thousand such epochs would be looked at before the one that steals. */
    @Test
    void watch_epochThatDebitsNobody_isNotWaitedFor() throws Exception {
        watched.books.countOff = 1_000;
        watched.publish(watched.books.settle(List.of()));

        try (Watcher watcher = watched.watcher()) {
            watcher.step();

            assertThat(watcher.isIdle()).isTrue();
            assertThat(watcher.docket().all()).isEmpty();
        }
    }

    /** Its leaf holds so much that no transaction can carry it. */
    @Test
    void watch_proofThatIsTooLarge_itsLeafIsChallengedAndConcluded() throws Exception {
        watched.publish(watched.books.settle(watched.honest()));
        List<Task> tasks = watched.honest();
        tasks.get(tasks.size() - WatchedCourt.ACCOUNTS + (int) VICTIM - 1).nonce--;
        Settled settled = watched.books.settle(tasks);
        watched.publish(settled);
        watched.mostGas = 210_000;
        BigInteger before = watched.released();

        try (Watcher watcher = watched.watcher()) {
            watched.run(watcher);

            assertThat(watcher.docket().all())
                    .extracting(Case::action, Case::state)
                    .contains(
                            tuple(Action.PROVE_PAIR, State.REFUSED),
                            tuple(Action.CHALLENGE_LEAF, State.COMPENSATED));
        }
        watched.assertPaid(before, settled);
    }

    /** Four at a time, lowest first, the last would be asked for when the window is over. */
    @Test
    void watch_rowInTheDark_asManyOfItsLeavesAreDemandedAsMayBeOpen() throws Exception {
        List<Task> tasks = watched.honest();
        long millis = tasks.get(0).admittedMillis;
        for (long number = 100; number < 120; number++) {
            Task task = new Task(VICTIM, number - 96, millis);
            task.units = 50;
            tasks.add(task.price());
        }
        Settled settled = watched.books.settle(tasks);
        watched.publish(settled, VICTIM);
        BigInteger debit = settled.debit(0, VICTIM);

        try (Watcher watcher = watched.watcher()) {
            watcher.step();
            watched.court.pass(WatchedCourt.patience());
            watcher.step();
            assertThat(watcher.docket().all())
                    .as("the first place of its shard, and no statement yet")
                    .extracting(Case::action)
                    .containsExactly(Action.CHALLENGE_LEAF);
            Receipt first = settled.receipt(VICTIM, 0);
            watched.court.send(
                    Court.SETTLER,
                    TribunalCalls.answerLeaf(
                            settled.header(),
                            VICTIM,
                            settled.leaf(VICTIM, 0),
                            settled.evidenceOf(first)),
                    BigInteger.ZERO);
            watcher.step();
            watched.court.pass(WatchedCourt.patience() / 2);
            watcher.step();
            watched.court.send(
                    Court.SETTLER,
                    TribunalCalls.answerStatement(
                            settled.header(),
                            VICTIM,
                            debit,
                            settled.leaf(VICTIM, 0),
                            settled.leaf(VICTIM, 22)),
                    BigInteger.ZERO);
            watcher.step();
            watcher.step();

            assertThat(watcher.docket().all())
                    .filteredOn(one -> one.action() == Action.CHALLENGE_LEAF)
                    .filteredOn(one -> !one.state().isEnd())
                    .hasSize(8)
                    .extracting(Case::what)
                    .as("no settler foresees which")
                    .isNotEqualTo(LongStream.range(1, 9).boxed().toList());
        }
    }
}
