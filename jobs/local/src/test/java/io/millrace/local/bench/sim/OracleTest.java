package io.millrace.local.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OracleTest {

    private static final CostTable DEVICE =
            new CostTable("test", List.of("1,10,3", "4,10,6", "1,100,20", "4,100,70"));

    /** All partitions of a few rows into batches, not only those of neighbours. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void nanos_fewRows_isTheBestOfAllPartitions(long seed) {
        Random random = new Random(seed);
        int[] lengths = random.ints(6, 3, 120).toArray();
        long best = best(lengths, new int[lengths.length], 0, 0);
        assertThat(Oracle.nanos(DEVICE, lengths, 3, 1_000)).as("seed %d", seed).isEqualTo(best);
    }

    private static long best(int[] lengths, int[] batchOf, int at, int batches) {
        if (at == lengths.length) {
            return cost(lengths, batchOf, batches);
        }
        long best = Long.MAX_VALUE;
        for (int batch = 0; batch <= batches; batch++) {
            batchOf[at] = batch;
            best = Math.min(best, best(lengths, batchOf, at + 1, Math.max(batches, batch + 1)));
        }
        return best;
    }

    private static long cost(int[] lengths, int[] batchOf, int batches) {
        long nanos = 0;
        for (int batch = 0; batch < batches; batch++) {
            int rows = 0;
            int longest = 0;
            for (int i = 0; i < lengths.length; i++) {
                if (batchOf[i] == batch) {
                    rows++;
                    longest = Math.max(longest, lengths[i]);
                }
            }
            if (rows > 3) {
                return Long.MAX_VALUE;
            }
            nanos += DEVICE.nanos(rows, longest);
        }
        return nanos;
    }
}
