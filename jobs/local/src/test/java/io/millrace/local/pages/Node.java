package io.millrace.local.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.stack.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs scripts of clients. */
public final class Node {

    private final Path folder;

    /** Keeps what they print in {@code folder}. */
    public Node(Path folder) {
        this.folder = folder;
    }

    /** A script of this repository. */
    public static Path script(String name) throws IOException {
        return Installation.locate().home().resolve("jobs/local/src/test/js").resolve(name);
    }

    /** What {@code script} prints; it must end well. */
    public String run(Path script, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("node", script.toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(folder, "node", ".out");
        Path err = Files.createTempFile(folder, "node", ".err");
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
