package io.millrace.chain.submit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * M5, M9: whatever a seed brings, each part is settled once, in order, and said to be final only
 * when it is. {@code -Dmillrace.simulation.seeds=100000} runs more of them, {@code
 * -Dmillrace.simulation.first=N} begins elsewhere; a failure prints its seed and its last events.
 */
class SettlementSimulationTest {

    private static final long FIRST = Long.getLong("millrace.simulation.first", 0);
    private static final long SEEDS = Long.getLong("millrace.simulation.seeds", 10_000);
    private static final long SEEDS_FOR_A_MUTANT = 1_000;

    @Test
    void settle_anySeed_keepsItsPromises() {
        // A world is a thread's own, so they can run side by side.
        OptionalLong broken =
                LongStream.range(FIRST, FIRST + SEEDS)
                        .parallel()
                        .filter(seed -> violation(seed, Mutant.NONE) != null)
                        .findAny();

        broken.ifPresent(seed -> fail(replay(seed)));
    }

    @ParameterizedTest
    @EnumSource(Mutants.class)
    void settle_withoutOneRule_isCaught(Mutants mutant) {
        long seed = 0;
        String violation = null;
        while (violation == null && seed < SEEDS_FOR_A_MUTANT) {
            violation = violation(seed++, mutant);
        }

        assertThat(violation)
                .as("%s passed %d seeds", mutant, SEEDS_FOR_A_MUTANT)
                .isNotNull()
                .satisfies(found -> System.out.println(mutant + " caught: " + found));
    }

    @Test
    void settle_sameSeed_sameRun() {
        for (long seed = 100; seed < 120; seed++) {
            assertThat(replay(seed)).as("seed %d", seed).isEqualTo(replay(seed));
        }
    }

    /** What the seed breaks, or null. */
    private static @Nullable String violation(long seed, Mutant mutant) {
        try {
            new SimWorld(seed, mutant, false).run();
            return null;
        } catch (SimOracle.Violation e) {
            return "seed " + seed + ": " + e.getMessage();
        }
    }

    /** The run again, with its last events. */
    private static String replay(long seed) {
        SimWorld world = new SimWorld(seed, Mutant.NONE, true);
        String end = "";
        try {
            world.run();
        } catch (SimOracle.Violation e) {
            end = e.getMessage();
        }
        return "seed " + seed + ": " + end + "\n" + world.traced();
    }
}
