package io.millrace.watch.defend;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More challenges at once than a defender can be expected to have. */
class DefenderCrowdITCase {

    private static final int CROWD = Integer.getInteger("millrace.defend.challenges", 200);

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

    /** Many at once: each costs its challenger more than the answer costs the settler. */
    @Test
    void crowd_ofChallengesAtOnce_allAnsweredAndTheChallengerPays() throws Exception {
        while (siege.challenged() < CROWD) {
            Settled settled = siege.books.settle(siege.tasks());
            siege.records.publish(settled);
            siege.challengeStatements(settled, 1);
            siege.challengePositions(settled);
        }
        long from = System.nanoTime();
        long millis;
        try (Defender defender = siege.defender(Siege.PLENTY)) {
            for (int round = 0; siege.unanswered() > 0; round++) {
                assertThat(round).as("rounds").isLessThan(Siege.ROUNDS);
                defender.step();
            }
            millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
            siege.run(defender);
            assertThat(defender.figures().answered()).isEqualTo(siege.challenged());
        }
        long challenges = siege.challenged();
        System.out.printf(
                "%d challenges: %d gas each for the challenger, and a deposit of %s wei; %d gas"
                        + " each for the defender, %.1f answers a second%n",
                challenges,
                siege.challengerGas() / challenges,
                Court.DEPOSIT_WEI,
                siege.defenderGas() / challenges,
                challenges * 1000.0 / millis);
        siege.assertEarned();
        assertThat(siege.defenderGas())
                .as("gas of the defender, before the deposits that it earns")
                .isLessThan(siege.challengerGas());
    }
}
