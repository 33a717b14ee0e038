package io.millrace.local.cli;

import io.millrace.job.InferenceSettlementJob;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The stack, staying up for other clients. */
@Command(
        name = "up",
        description = {
            "Starts the whole stack on this machine and keeps it up until Ctrl-C.",
            "Prints addresses, funded test keys, the web UI and a first request in each language."
                + " Started again in the same folder it goes on where it was, whatever ended it."
        },
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

    private static final Duration HEALTH_PAUSE = Duration.ofSeconds(2);

    @Mixin private FolderOption folder = new FolderOption();

    @Option(
            names = "--providers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Providers that share the work, default ${DEFAULT-VALUE}.")
    private int providers;

    @Option(
            names = "--taskmanagers",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Flink as N TaskManagers, a JobManager and a ZooKeeper, each a process of its"
                            + " own. Default: in the launcher's process.")
    private int taskManagers;

    @Option(
            names = "--fresh",
            description =
                    "Clear away the stack that the folder holds. Default: go on with it, however it"
                            + " ended.")
    private boolean fresh;

    @Override
    public Integer call() throws Exception {
        Path directory = folder.path();
        Logs.writeTo(directory);
        Console console = Console.open(false);
        StackOptions options =
                StackOptions.in(directory)
                        .withProviders(providers)
                        .withTaskManagers(taskManagers)
                        .withFresh(fresh);
        try (LocalStack stack =
                LocalStack.start(
                        options,
                        InferenceSettlementJob::start,
                        step -> console.line("starting: " + step))) {
            if (stack.resumed()) {
                console.line("this is the stack that was here before; --fresh makes a new one");
            } else {
                console.line("waiting until the deposits are final and the job has seen them");
                stack.awaitDeposits();
            }
            print(console, stack.file(), directory);
            Upkeep upkeep = new Upkeep(stack::restartEnded, stack::requireHealthy, console::line);
            while (true) {
                upkeep.look();
                TimeUnit.MILLISECONDS.sleep(HEALTH_PAUSE.toMillis());
            }
        }
    }

    private static void print(Console console, StackFile stack, Path directory) {
        console.line("");
        console.line("Kafka        " + stack.bootstrapServers());
        console.line("L2           " + stack.rpcUrl() + "  chain id " + stack.chainId());
        console.line("Vault        " + stack.vault());
        console.line("Registry     " + stack.registry());
        console.line("Token        " + stack.token());
        console.line(
                "Model        "
                        + stack.model()
                        + "  "
                        + stack.priceNanoPerMillion()
                        + " nano-USD per million tokens");
        console.line("Web UI       " + stack.webUrl());
        for (StackFile.Account requester : stack.requesters()) {
            console.line(
                    "Requester "
                            + requester.account()
                            + "  "
                            + requester.address()
                            + "  test key in "
                            + requester.keyFile());
        }
        console.line("All of it    " + directory.resolve(StackFile.NAME));
        console.line("How it is    jobs/bin/millrace status --dir " + directory);
        console.line("");
        console.line("A first answer, from another terminal:");
        Path home = Installation.locate().home();
        for (FirstRequest first : FirstRequest.all(home, directory)) {
            console.line(first.language().concat(":"));
            console.line("  " + first.line());
        }
        console.line("");
        console.line("Up. Ctrl-C ends everything.");
    }
}
