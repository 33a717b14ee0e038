package io.millrace.local.cli;

import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackFile;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One screen of a running engine. */
@Command(
        name = "status",
        description = {
            "Shows on one screen how the job of a stack does: rates, batches, money, settlement,"
                    + " alarms.",
            "Exit code 1 if the job does not run or an alarm is on."
        },
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    private static final Duration PAUSE = Duration.ofSeconds(2);

    @Mixin private FolderOption folder = new FolderOption();

    @Option(names = "--watch", description = "Again every two seconds, until Ctrl-C.")
    private boolean watch;

    @Option(
            names = "--json",
            description =
                    "Last line of standard output: all of it as JSON; with --watch each look.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        Logs.toStandardError();
        Console console = Console.open(json);
        StackFile stack = StackFile.read(folder.path());
        FlinkRest rest = new FlinkRest(URI.create(stack.webUrl()));
        StackStatus before = look(rest, stack);
        while (true) {
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            StackStatus now = look(rest, stack);
            console.line("");
            new StatusScreen(now, before).lines().forEach(console::line);
            console.line(String.format("%-12s %s", "Web UI", stack.webUrl()));
            console.result(now.toJson());
            if (!watch) {
                return now.healthy() ? 0 : ExitCode.DIFFERS;
            }
            before = now;
        }
    }

    private static StackStatus look(FlinkRest rest, StackFile stack) throws InterruptedException {
        try {
            return StackStatus.of(rest);
        } catch (IOException e) {
            throw new StackException(
                    "Flink does not answer at %s; if the stack has ended, start it again: millrace up"
                            .formatted(stack.webUrl()),
                    e);
        }
    }
}
