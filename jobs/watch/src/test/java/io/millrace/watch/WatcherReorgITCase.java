package io.millrace.watch;

import static io.millrace.watch.WatchedCourt.VICTIM;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.evidence.Evidence;
import io.millrace.watch.Case.Action;
import io.millrace.watch.Case.State;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import io.millrace.watch.testing.OddNode;
import io.millrace.watch.testing.Task;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A watcher whose chain takes back what it has said, and whose settler hides behind contracts. */
class WatcherReorgITCase {

    @TempDir private Path folder;

    private WatchedCourt watched;

    @BeforeEach
    void open() throws Exception {
        watched = new WatchedCourt(folder);
        watched.through(watched.court.node.url(), "finalized");
    }

    @AfterEach
    void close() {
        watched.close();
    }

    private void blocks(Watcher watcher, int rounds) throws Exception {
        for (int round = 0; round < rounds; round++) {
            watcher.step();
            watched.court.node.call("anvil_mine", 2);
        }
    }

    /** The answer is gone with its block, and nobody sends it again: the deposit would be lost. */
    @Test
    void answer_thatIsTakenBack_caseGoesOnAndIsConcluded() throws Exception {
        Settled settled = watched.books.settle(watched.honest());
        watched.publish(settled);
        Receipt accused = settled.receipt(VICTIM, 0);
        Evidence evidence = settled.evidenceOf(accused);
        watched.evidence.remove(evidence);
        watched.court.node.call("anvil_mine", 8);
        BigInteger before = watched.released();

        try (Watcher watcher = watched.watcher()) {
            watcher.step();
            watched.court.pass(WatchedCourt.patience());
            blocks(watcher, 6);
            assertThat(watcher.docket().all())
                    .singleElement()
                    .satisfies(one -> assertThat(one.state()).isEqualTo(State.CHALLENGED));
            watched.court.send(
                    Court.SETTLER,
                    TribunalCalls.answerLeaf(
                            settled.header(),
                            VICTIM,
                            ProvenLeaf.of(accused, settled.tree()),
                            evidence),
                    BigInteger.ZERO);
            watcher.step();
            watcher.step();
            watched.court.node.call("anvil_reorg", 1, List.of());

            watched.court.pass(Court.RESPONSE_SECONDS + 1);
            blocks(watcher, 12);
            watched.assertCompensated(watcher, Action.CHALLENGE_LEAF);
        }
        watched.assertPaid(before, settled);
    }

    /** An answer that stands ends the case all the same. */
    @Test
    void answer_thatStands_caseEndsWhenItsBlockIsFinal() throws Exception {
        Settled settled = watched.books.settle(watched.honest());
        watched.publish(settled);
        Receipt accused = settled.receipt(VICTIM, 0);
        Evidence evidence = settled.evidenceOf(accused);
        watched.evidence.remove(evidence);
        watched.court.node.call("anvil_mine", 8);

        try (Watcher watcher = watched.watcher()) {
            watcher.step();
            watched.court.pass(WatchedCourt.patience());
            blocks(watcher, 6);
            watched.court.send(
                    Court.SETTLER,
                    TribunalCalls.answerLeaf(
                            settled.header(),
                            VICTIM,
                            ProvenLeaf.of(accused, settled.tree()),
                            evidence),
                    BigInteger.ZERO);
            watcher.step();
            assertThat(watcher.docket().count(State.ANSWERED)).as("not final yet").isZero();
            blocks(watcher, 6);
            assertThat(watcher.docket().count(State.ANSWERED)).isEqualTo(1);
        }
    }

    /** A proof that was mined and paid, in a block that is gone. */
    @Test
    void proof_thatIsTakenBack_isProvenAgain() throws Exception {
        List<Task> tasks = watched.honest();
        tasks.get((int) VICTIM - 1).debitNano++;
        Settled settled = watched.books.settle(tasks);
        watched.publish(settled);
        watched.court.node.call("anvil_mine", 8);
        BigInteger before = watched.released();

        try (Watcher watcher = watched.watcher()) {
            watcher.step();
            watcher.step();
            watched.court.node.call("anvil_reorg", 1, List.of());
            assertThat(watched.released()).as("the payment is gone").isEqualTo(before);
            blocks(watcher, 20);
            watched.assertCompensated(watcher, Action.PROVE_LEAF);
        }
        watched.assertPaid(before, settled);
    }

    /** Receipts are withheld, and what is shown is shown through a contract. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void answer_throughAContract_whatItShowsIsJudged(boolean traces) throws Exception {
        List<Task> tasks = watched.honest();
        Task wrong = tasks.get((int) VICTIM - 1);
        wrong.priceNano *= 2;
        wrong.price();
        Settled settled = watched.books.settle(tasks);
        BigInteger before = watched.released();

        try (OddNode node = OddNode.before(watched.court.node)) {
            watched.through(node.url(), "0");
            node.has(
                    (call, upstream) ->
                            !traces && call.path("method").asText().startsWith("debug_")
                                    ? OddNode.error(call, "{\"message\":\"not on this plan\"}")
                                    : upstream.answer(call));
            try (Watcher watcher = watched.watcher(Set.of(VICTIM))) {
                watcher.step();
                watched.court.pass(WatchedCourt.patience() * 3 / 2);
                watcher.step();
                watcher.step();
                watched.court.relay();
                watched.court.send(
                        Court.SETTLER,
                        TribunalCalls.answerStatement(
                                settled.header(),
                                VICTIM,
                                settled.debit(0, VICTIM),
                                settled.leaf(VICTIM, 0),
                                settled.leaf(VICTIM, 2)),
                        BigInteger.ZERO);
                blocks(watcher, 6);
                assertThat(watcher.docket().all())
                        .filteredOn(one -> one.action() == Action.PROVE_LEAF)
                        .singleElement()
                        .satisfies(one -> assertThat(one.state()).isEqualTo(State.COMPENSATED));
            }
        }
        watched.assertPaid(before, settled);
    }
}
