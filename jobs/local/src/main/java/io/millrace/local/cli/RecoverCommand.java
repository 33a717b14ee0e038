package io.millrace.local.cli;

import io.millrace.job.recover.Recovery;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackJob;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Rebuilds the job's state when Flink's own is lost or too old. */
@Command(
        name = "recover",
        description = {
            "Rebuilds the state of a stack's stopped job from Kafka and the chain alone, as a"
                    + " savepoint.",
            "What only some sinks of a checkpoint had committed is published first. Start from it"
                    + " with: millrace job start. Stops with an error if the records do not fit"
                    + " together."
        },
        mixinStandardHelpOptions = true)
final class RecoverCommand implements Callable<Integer> {

    @Mixin private FolderOption folder = new FolderOption();

    @Override
    public Integer call() throws Exception {
        Logs.toStandardError();
        StackJob job = new StackJob(StackFile.read(folder.path()), folder.path());
        job.requireStopped();
        recover(job, Console.open(false));
        return 0;
    }

    /** Rebuilds the state of {@code job} and says what was found. */
    static Recovery.Report recover(StackJob job, Console console) throws Exception {
        Recovery.Report report =
                Recovery.run(job.config(), job.savepoints().toUri().toString(), console::line);
        report.lines().forEach(console::line);
        return report;
    }
}
