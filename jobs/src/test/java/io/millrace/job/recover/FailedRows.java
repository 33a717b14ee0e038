package io.millrace.job.recover;

import io.millrace.job.recover.rows.SortedRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A process whose first attempts at rows fail while RocksDB's library loads: the first is
 * interrupted, the second has no folder for temporary files. Arguments: a folder that is there, and
 * that of temporary files, which is not.
 */
final class FailedRows {

    private FailedRows() {}

    /** Ends with an exception, and so with a status other than zero, if the last attempt fails. */
    public static void main(String[] args) throws Exception {
        Path parent = Path.of(args[0]);
        Thread interrupted =
                new Thread(
                        () -> {
                            Thread.currentThread().interrupt();
                            attempt("interrupted", parent);
                        });
        interrupted.start();
        interrupted.join();
        attempt("without a folder", parent);

        Files.createDirectories(Path.of(args[1]));
        try (SortedRows rows = SortedRows.below(parent)) {
            rows.put(new byte[] {1}, new byte[] {2});
            byte[] read = rows.get(new byte[] {1});
            System.out.println("the last attempt reads " + Arrays.toString(read));
        }
    }

    private static void attempt(String how, Path parent) {
        try {
            SortedRows.below(parent).close();
        } catch (Exception | LinkageError e) {
            System.out.println(how + ": " + e.getMessage());
        }
    }
}
