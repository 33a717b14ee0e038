package io.millrace.local.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A real process that only waits, for tests of what is done to processes. */
public final class IdleProcess {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private IdleProcess() {}

    /** One that runs, with its log in {@code folder}. */
    public static StackProcess start(String name, Path folder) throws Exception {
        StackProcess process =
                new StackProcess(
                        name,
                        () -> new StackProcess.Launch(List.of("sleep", "600"), Map.of()),
                        folder.resolve(name + ".log"),
                        new StackProcess.Readiness(() -> true, LIMIT));
        process.start();
        return process;
    }
}
