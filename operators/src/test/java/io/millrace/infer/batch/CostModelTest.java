package io.millrace.infer.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CostModelTest {

    private static final BatchScheduler.Limits LIMITS = new BatchScheduler.Limits(128, 8_192, 256);

    private final CostModel cost = new CostModel();

    private static long device(int rows, int length, double launch, double token, double square) {
        return (long) (launch + rows * (token * length + square * length * length));
    }

    @Test
    void seed_exactDevice_isFoundAtShapesNeverSeen() {
        warmUp(500_000, 3_000, 20);
        assertThat(cost.nanos(40, 100)).isCloseTo(500_000 + 40 * 500_000.0, within(20_000.0));
        assertThat(cost.launchNanos()).isCloseTo(500_000, within(5_000.0));
        assertThat(cost.rowNanos(100)).isCloseTo(500_000, within(5_000.0));
    }

    @Test
    void seed_launchForNothing_givesNoNegativeCost() {
        warmUp(0, 3_000, 0);
        assertThat(cost.launchNanos()).isCloseTo(0, within(1_000.0));
        assertThat(cost.knee(100)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void learn_noisyDevice_errorFallsBelowATenthAfter200Batches(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            int rows = 1 + random.nextInt(32);
            int length = 8 + random.nextInt(240);
            double noise = 1 + 0.05 * random.nextGaussian();
            boolean pause = random.nextInt(20) == 0; // a garbage collection beside it
            long nanos = (long) (device(rows, length, 800_000, 5_000, 8) * noise);
            cost.learn(rows, length, pause ? nanos + 40_000_000 : nanos);
        }
        double off = 0;
        for (int length = 8; length < 248; length += 16) {
            double real = device(8, length, 800_000, 5_000, 8);
            off = Math.max(off, Math.abs(cost.nanos(8, length) - real) / real);
        }
        assertThat(off).as("worst error, seed %d", seed).isLessThan(0.1);
    }

    @Test
    void learn_deviceHalfAsFast_followsWithin200Batches() {
        warmUp(500_000, 3_000, 0);
        for (int i = 0; i < 200; i++) {
            cost.learn(8, 32, device(8, 32, 1_000_000, 6_000, 0));
        }
        assertThat(cost.nanos(8, 32)).isCloseTo(2_536_000, within(130_000.0));
        assertThat(cost.error()).isLessThan(0.1);
    }

    /** A day of one shape, and the model no longer knew what any other one costs. */
    @Test
    void learn_oneShapeForLong_othersAreNotForgotten() {
        warmUp(500_000, 3_000, 0);
        for (int i = 0; i < 100_000; i++) {
            cost.learn(4, 20, device(4, 20, 500_000, 3_000, 0));
        }
        assertThat(cost.nanos(1, 256)).isCloseTo(1_268_000, within(20_000.0));
    }

    @Test
    void knee_isWhereALargerBatchGainsTheTwentiethPart() {
        warmUp(500_000, 3_000, 0);
        int knee = cost.knee(100);
        double perRow = cost.nanos(knee, 100) / knee;
        assertThat(cost.rowNanos(100) / perRow).isCloseTo(0.95, within(0.01));
    }

    private void warmUp(double launch, double token, double square) {
        for (WarmUp.Shape shape : WarmUp.shapes(LIMITS)) {
            cost.seed(
                    shape.rows(),
                    shape.length(),
                    device(shape.rows(), shape.length(), launch, token, square));
        }
    }
}
