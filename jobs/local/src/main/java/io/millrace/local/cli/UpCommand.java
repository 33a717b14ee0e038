package io.millrace.local.cli;

import io.millrace.infer.BundledModels;
import io.millrace.job.InferenceSettlementJob;
import io.millrace.local.page.StackPage;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The stack, staying up for other clients. */
@Command(
        name = "up",
        description = {
            "Starts the whole stack on this machine and keeps it up until Ctrl-C.",
            "Prints addresses, funded test keys, the web UI, the settlement page and a first"
                + " request in each language. Started again in the same folder it goes on where it"
                + " was, whatever ended it."
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
            names = "--model",
            paramLabel = "NAME",
            description =
                    "A bundled model to offer, all-MiniLM-L6-v2, bge-small-en-v1.5, or to try a"
                        + " task out tiny-classifier or tiny-reranker; may be given more than once."
                        + " Default: the first.")
    private List<String> models = List.of(BundledModels.DEFAULT);

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
                        .withModels(models)
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
            try (StackPage page = StackPage.start(stack)) {
                print(console, stack, page.uri());
                keepUp(stack, page, console);
            }
            return 0;
        }
    }

    /** Until the process is told to end. */
    private static void keepUp(LocalStack stack, StackPage page, Console console) throws Exception {
        Upkeep upkeep =
                new Upkeep(
                        () ->
                                Stream.of(stack.restartEnded(), page.restartEnded())
                                        .flatMap(List::stream)
                                        .toList(),
                        stack::requireHealthy,
                        console::line);
        while (true) {
            upkeep.look();
            TimeUnit.MILLISECONDS.sleep(HEALTH_PAUSE.toMillis());
        }
    }

    private void print(Console console, LocalStack running, URI page) throws IOException {
        StackFile stack = running.file();
        Path directory = running.directory();
        console.line("");
        console.line("Kafka        " + stack.bootstrapServers());
        console.line("L2           " + stack.rpcUrl() + "  chain id " + stack.chainId());
        console.line("Vault        " + stack.vault());
        console.line("Registry     " + stack.registry());
        console.line("Token        " + stack.token());
        stack.models()
                .forEach(
                        (name, id) ->
                                console.line(
                                        "Model        %s  %s  %d nano-USD per million tokens"
                                                .formatted(id, name, stack.priceNanoPerMillion())));
        console.line("Web UI       " + stack.webUrl());
        if (taskManagers == 0) {
            console.line("Metrics      http://127.0.0.1:" + running.ports().metrics());
        }
        console.line("Settlement   " + page);
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
