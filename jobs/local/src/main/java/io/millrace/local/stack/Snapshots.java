package io.millrace.local.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The savepoints and retained checkpoints in a stack's folder, of whatever job. */
final class Snapshots {

    /** Flink writes it last, and whole: a snapshot without it was never completed. */
    private static final String METADATA = "_metadata";

    /** checkpoints/JOB/chk-N/_metadata. */
    private static final int DEPTH = 3;

    private Snapshots() {}

    /** The one that was completed last, to go on from; empty if there is none. */
    static Optional<String> newest(Path flink) throws IOException {
        @Nullable Path newest = null;
        FileTime newestAt = FileTime.fromMillis(0);
        for (String folder : List.of("checkpoints", "savepoints")) {
            for (Path metadata : in(flink.resolve(folder))) {
                FileTime at = Files.getLastModifiedTime(metadata);
                if (newest == null || at.compareTo(newestAt) > 0) {
                    newest = metadata;
                    newestAt = at;
                }
            }
        }
        return Optional.ofNullable(newest)
                .map(metadata -> metadata.resolveSibling("").toUri().toString());
    }

    private static List<Path> in(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder, DEPTH)) {
            return files.filter(file -> file.endsWith(METADATA))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }
}
