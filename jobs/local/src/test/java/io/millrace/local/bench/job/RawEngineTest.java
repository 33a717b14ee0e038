package io.millrace.local.bench.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RawEngineTest {

    @Test
    void equalLengths_mixedRows_noPaddingNoRowLostAndLongOnesFirst() {
        List<long[]> rows =
                List.of(new long[3], new long[300], new long[200], new long[3], new long[200]);

        List<long[][]> batches = RawEngine.equalLengths(rows);

        assertThat(batches).hasSize(3);
        assertThat(batches.stream().map(batch -> batch.length)).containsExactly(1, 2, 2);
        assertThat(batches.stream().map(batch -> batch[0].length)).containsExactly(300, 200, 3);
        for (long[][] batch : batches) {
            for (long[] row : batch) {
                assertThat(row).as("in one batch").hasSameSizeAs(batch[0]);
            }
        }
    }

    /** 300 + 300 tokens are more than a batch that pays. */
    @Test
    void equalLengths_longRows_eachAlone() {
        assertThat(RawEngine.equalLengths(List.of(new long[300], new long[300]))).hasSize(2);
    }
}
