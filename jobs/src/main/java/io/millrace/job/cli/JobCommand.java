package io.millrace.job.cli;

import io.millrace.job.stack.StackException;
import io.millrace.job.stack.StackFile;
import io.millrace.job.stack.StackJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Stops and starts the job of a running stack. */
@Command(
        name = "job",
        description = "Stops the job of a running stack with a savepoint, and starts it again.",
        mixinStandardHelpOptions = true)
final class JobCommand {

    @Command(
            name = "stop",
            description = "Stops the job with a savepoint and prints the savepoint's path.",
            mixinStandardHelpOptions = true)
    int stop(@Mixin StackFolder folder) throws Exception {
        Logs.toStandardError();
        Console.open(false).line(job(folder).stop());
        return 0;
    }

    @Command(
            name = "start",
            description = "Starts the job from a savepoint.",
            mixinStandardHelpOptions = true)
    int start(
            @Mixin StackFolder folder,
            @Option(
                            names = "--savepoint",
                            paramLabel = "PATH",
                            description = "Default: the newest of the stack.")
                    @Nullable String savepoint,
            @Option(
                            names = "--parallelism",
                            paramLabel = "N",
                            defaultValue = "0",
                            description = "Of every stage; default: as the stack had it.")
                    int parallelism)
            throws Exception {
        Logs.toStandardError();
        StackJob job = job(folder);
        List<?> running = job.running();
        if (!running.isEmpty()) {
            throw new StackException(
                    "job " + running.get(0) + " is running; stop it first: millrace job stop");
        }
        String from = savepoint != null ? savepoint : newest(folder.path());
        Console.open(false)
                .line(
                        "job "
                                + job.start(Millrace.jobRunner(), from, parallelism, Map.of())
                                + " started from "
                                + from);
        return 0;
    }

    private static StackJob job(StackFolder folder) throws IOException {
        return new StackJob(StackFile.read(folder.path()), folder.path());
    }

    private static String newest(Path directory) throws IOException {
        Path savepoints = directory.resolve("flink/savepoints");
        if (Files.isDirectory(savepoints)) {
            try (Stream<Path> found = Files.list(savepoints)) {
                return found.max(Comparator.comparingLong(path -> path.toFile().lastModified()))
                        .orElseThrow(() -> noSavepoint(savepoints))
                        .toUri()
                        .toString();
            }
        }
        throw noSavepoint(savepoints);
    }

    private static StackException noSavepoint(Path savepoints) {
        return new StackException(
                "no savepoint in " + savepoints + "; make one with: millrace job stop");
    }
}
