package io.millrace.watch.defend;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A defender on a chain that takes back what it has said. */
class DefenderReorgITCase {

    @TempDir private Path folder;

    private Siege siege;

    @BeforeEach
    void open() throws Exception {
        siege = Siege.open(folder);
    }

    @AfterEach
    void close() {
        siege.close();
    }

    /** Challenges vanish and come back elsewhere, answers vanish: nothing is left unanswered. */
    @Test
    void blocks_thatAreTakenBackAtRandom_everyChallengeIsAnswered() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        siege.court.node.call("anvil_mine", 8);
        AtomicLong passed = new AtomicLong();
        try (Defender defender =
                siege.defender(
                        Siege.PLENTY,
                        () -> System.nanoTime() + TimeUnit.SECONDS.toNanos(passed.get()))) {
            for (int round = 0; round < 40; round++) {
                siege.challengeMissing(settled);
                for (int steps = random.nextInt(3); steps > 0; steps--) {
                    defender.step();
                }
                siege.court.node.call("anvil_mine", 1);
                siege.court.node.call("anvil_reorg", 1 + random.nextInt(3), List.of());
                passed.addAndGet(10);
            }
            siege.challengeMissing(settled);
            for (int round = 0; siege.unanswered() > 0; round++) {
                assertThat(round).as("rounds: " + defender.status()).isLessThan(Siege.ROUNDS);
                defender.step();
                siege.court.node.call("anvil_mine", 1);
                passed.addAndGet(1);
            }
            siege.run(defender);
            assertThat(defender.figures().missed()).isZero();
        }
        siege.assertEarned();
    }

    /** As a local chain that begins again from an older copy, though the journal saw it final. */
    @Test
    void answers_thatVanishThoughFinal_areSentAgain() throws Exception {
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        siege.challengeStatements(settled, 1);
        siege.court.node.call("anvil_mine", 4);
        AtomicLong passed = new AtomicLong();
        try (Defender defender =
                siege.defender(
                        Siege.PLENTY,
                        () -> System.nanoTime() + TimeUnit.SECONDS.toNanos(passed.get()))) {
            siege.run(defender);
            long before = siege.chain.newest().number();
            Settled next = siege.books.settle(siege.tasks());
            siege.records.publish(next);
            siege.challengeStatements(next, 1);
            defender.step(); // of these there is a journal, and soon no challenge
            long challenged = siege.challenges().get(Siege.ACCOUNTS - 1).at().block();
            long newest = siege.chain.newest().number();
            assertThat(before).isGreaterThan(challenged);

            siege.court.node.call("anvil_reorg", newest - challenged - 2, List.of());
            siege.took(Siege.ACCOUNTS);
            assertThat(siege.unanswered()).isEqualTo(Siege.ACCOUNTS);

            for (int round = 0; siege.unanswered() > 0; round++) {
                assertThat(round).as("rounds: " + defender.status()).isLessThan(60);
                defender.step();
                siege.court.node.call("anvil_mine", 1);
                passed.addAndGet(10);
            }
        }
        siege.assertEarned();
    }

    /** The same header by another transaction, in a block that was read already. */
    @Test
    void settlement_thatMoves_isFoundWhereItIsNow() throws Exception {
        Preparation preparation = siege.preparation();
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        long block = siege.chain.newest().number();
        siege.challengeStatements(settled, 1);
        List<Challenged> challenges = siege.challenges();
        assertThat(preparation.of(challenges).values()).allMatch(Prepared::isAnswer);
        siege.court.node.call("anvil_mine", 2);
        long depth = siege.chain.newest().number() - block + 1;

        siege.court.node.call("anvil_reorg", depth, List.of());
        siege.court.node.call( // so that the next of the settler's is another transaction
                "anvil_setNonce", Court.SETTLER.address(), "0x30");
        siege.court.settle(settled.part());
        siege.took(siege.challenged());
        siege.challengeStatements(settled, 1);

        Map<String, Prepared> again = preparation.of(siege.challenges());
        assertThat(again.values()).hasSize(Siege.ACCOUNTS).allMatch(Prepared::isAnswer);
    }

    /** Its sum and its place are in the event: nobody needs the call. */
    @Test
    void challenge_thatAContractMakes_isAnswered() throws Exception {
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        siege.court.relay();
        siege.challengeStatements(settled, 1);
        siege.challengePositions(settled);
        assertThat(siege.challenges())
                .hasSize(siege.challenged())
                .allMatch(one -> one.challenger().equals(Court.RELAY));

        try (Defender defender = siege.defender(Siege.PLENTY)) {
            siege.run(defender);
            assertThat(defender.figures().missed()).isZero();
        }
        siege.assertEarned();
    }
}
