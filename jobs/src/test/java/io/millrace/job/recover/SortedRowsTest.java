package io.millrace.job.recover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.recover.rows.SortedRows;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SortedRowsTest {

    /** Longer than a path may be once files are in a folder below it. */
    private static final int TOO_LONG = 4_094 - "/millrace-rows".length() - 20;

    private static final int LONGEST_NAME = 200;

    @TempDir private Path folder;

    @Test
    void below_folderThatTakesNoFiles_isNamedAndAnotherTakesThem() throws Exception {
        Path unfit = folder;
        while (unfit.toString().length() < TOO_LONG - LONGEST_NAME - 1) {
            unfit = unfit.resolve("d".repeat(LONGEST_NAME - 20));
        }
        Path parent =
                Files.createDirectories(
                        unfit.resolve("d".repeat(TOO_LONG - unfit.toString().length() - 1)));
        assertThatThrownBy(() -> SortedRows.below(parent))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("rows cannot be kept in " + parent, "-Djava.io.tmpdir");

        try (SortedRows rows = SortedRows.below(folder)) {
            rows.put(new byte[] {1}, new byte[] {2});
            assertThat(rows.get(new byte[] {1})).isEqualTo(new byte[] {2});
        }
    }

    /** A recovery that was interrupted left a process in which no later one found the class. */
    @Test
    void below_libraryFailedToLoad_loadsTheNextTime() throws Exception {
        Path temporary = folder.resolve("temporary");
        Process child =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Djava.io.tmpdir=" + temporary,
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        FailedRows.class.getName(),
                                        folder.toString(),
                                        temporary.toString()))
                        .redirectErrorStream(true)
                        .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output)
                .contains("without a folder: RocksDB's library does not load")
                .contains("the last attempt reads [2]");
    }
}
