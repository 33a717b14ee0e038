package io.millrace.audit.sort;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spilled or not, merged twice or not: what comes out is what a sort in memory gives. */
class ExternalSortTest {

    private static final int KEY_BYTES = 2;

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({"0,1000000", "1,1000000", "5000,1000000", "5000,20000", "30000,2000", "300,1"})
    void sorted_anyBuffer_allRowsInStableOrder(int count, long bufferBytes) throws IOException {
        Random random = new Random(count + bufferBytes);
        List<byte[]> expected = new ArrayList<>();
        List<byte[]> actual = new ArrayList<>();
        try (ExternalSort sort = new ExternalSort(folder, KEY_BYTES, bufferBytes)) {
            for (int i = 0; i < count; i++) {
                byte[] row = new byte[KEY_BYTES + random.nextInt(300)];
                random.nextBytes(row);
                expected.add(row);
                sort.add(row);
            }
            assertThat(sort.peakBytes()).isLessThan(bufferBytes + 400);
            Cursor rows = sort.sorted();
            while (rows.peek() != null) {
                actual.add(rows.next());
            }
        }
        expected.sort(
                (one, other) -> Arrays.compareUnsigned(one, 0, KEY_BYTES, other, 0, KEY_BYTES));

        assertThat(actual).containsExactlyElementsOf(expected);
        try (var files = Files.list(folder)) {
            assertThat(files).as("files left behind").isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"70000", "200000"})
    void sorted_rowLargerThanTheFileBuffer_whole(int length) {
        byte[] row = new byte[length];
        new Random(length).nextBytes(row);
        try (ExternalSort sort = new ExternalSort(folder, KEY_BYTES, 1)) {
            sort.add(row);
            sort.add(row.clone());

            assertThat(sort.sorted().next()).isEqualTo(row);
        }
    }
}
