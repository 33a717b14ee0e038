package io.millrace.local.pages;

import io.millrace.local.stack.Installation;
import java.io.IOException;
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
        return new Script(folder).run(command.toArray(new String[0]));
    }
}
