package io.millrace.local.cli;

import io.millrace.job.InferenceSettlementJob;
import io.millrace.job.recover.Recovery;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
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
    int stop(@Mixin FolderOption folder) throws Exception {
        Logs.toStandardError();
        Console.open(false).line(job(folder).stop());
        return 0;
    }

    @Command(
            name = "start",
            description = {
                "Starts the job from a savepoint.",
                "If that is older than the ledger, or there is none, the state is rebuilt first, as"
                        + " by millrace recover."
            },
            mixinStandardHelpOptions = true)
    int start(
            @Mixin FolderOption folder,
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
                    int parallelism,
            @Option(
                            names = "--no-recover",
                            description =
                                    "Refuse a savepoint that is older than the ledger, where the"
                                            + " state would else be rebuilt first.")
                    boolean noRecover)
            throws Exception {
        Logs.toStandardError();
        Console console = Console.open(false);
        StackJob job = job(folder);
        job.requireStopped();
        String from = savepoint != null ? savepoint : newest(folder.path());
        Optional<String> outdated = Recovery.whyOutdated(job.config(), from);
        if (outdated.isPresent()) {
            if (noRecover) {
                throw new StackException(
                        outdated.get() + "; rebuild the state with: millrace recover");
            }
            console.line(outdated.get() + ": the state is rebuilt from Kafka and the chain");
            from = RecoverCommand.recover(job, console).savepoint();
        } else if (from == null) {
            throw new StackException(
                    "no savepoint to start from; make one with: millrace job stop");
        }
        console.line(
                "job "
                        + job.start(InferenceSettlementJob::start, from, parallelism, Map.of())
                        + " started from "
                        + from);
        return 0;
    }

    private static StackJob job(FolderOption folder) throws IOException {
        return new StackJob(StackFile.read(folder.path()), folder.path());
    }

    private static @Nullable String newest(Path directory) throws IOException {
        Path savepoints = directory.resolve("flink/savepoints");
        if (!Files.isDirectory(savepoints)) {
            return null;
        }
        try (Stream<Path> found = Files.list(savepoints)) {
            // Flink writes _metadata last: a folder without it is of a savepoint that failed.
            return found.filter(path -> Files.exists(path.resolve("_metadata")))
                    .max(Comparator.comparingLong(path -> path.toFile().lastModified()))
                    .map(path -> path.toUri().toString())
                    .orElse(null);
        }
    }
}
