package io.millrace.local.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs programs in other languages. */
public final class Script {

    private final Path folder;

    /** Keeps what they print in {@code folder}. */
    public Script(Path folder) {
        this.folder = folder;
    }

    /** What {@code command} prints; it must end well. */
    public String run(String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "script", ".out");
        Path err = Files.createTempFile(folder, "script", ".err");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        assertThat(process.waitFor()).as(() -> read(err)).isZero();
        return Files.readString(out).strip();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
