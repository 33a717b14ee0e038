package io.millrace.local.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.job.InferenceSettlementJob;
import io.millrace.local.cheat.Cheat;
import io.millrace.local.cheat.CheatTrial;
import io.millrace.local.cheat.Verdict;
import io.millrace.local.client.Texts;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The whole path once, from signed requests to settled epochs and a proof. */
@Command(
        name = "demo",
        description =
                "Starts Kafka, an L2 node and Flink on this machine, sends signed requests, a tenth"
                        + " of them bad on purpose, and shows how they are answered, charged,"
                        + " settled, proven and audited.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

    /** Smaller than what a request of the demo costs. */
    private static final long POOR_DEPOSIT = 1;

    /** Enough for honest epochs before a cheat. */
    private static final int FEW_REQUESTS = 60;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "2000",
            description = "How many to send, default ${DEFAULT-VALUE}; before a cheat 60.")
    private int requests;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "UTF-8, one text a line. Default: passages of Moby-Dick.")
    private @Nullable Path input;

    @Option(
            names = "--providers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Providers that share the work, default ${DEFAULT-VALUE}.")
    private int providers;

    @Option(
            names = "--cheat",
            paramLabel = "KIND",
            description =
                    "Afterwards the settler cheats, a watcher finds it and the victim is paid:"
                            + " ${COMPLETION-CANDIDATES}, or all. Exit code 1 if it is not.",
            completionCandidates = CheatNames.class)
    private @Nullable String cheat;

    @Option(names = "--json", description = "Last line of standard output: the result as JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    /** For the text of the option. */
    private static final class CheatNames implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Cheat.values()).map(Cheat::toString).iterator();
        }
    }

    @Override
    public Integer call() throws Exception {
        if (requests < 1 && spec != null) {
            throw new ParameterException(
                    spec.commandLine(), "--requests is " + requests + "; give at least 1");
        }
        List<Cheat> cheats = cheats();
        Path directory = Files.createTempDirectory("millrace-demo-");
        Logs.writeTo(directory);
        Console console = Console.open(json);
        long start = System.nanoTime();
        List<String> texts =
                input != null ? Texts.ofFile(input) : Texts.ofBook(Installation.locate().book());
        StackOptions options = StackOptions.in(directory).withProviders(providers);
        if (!cheats.isEmpty()) {
            options = CheatTrial.roomFor(options);
        }
        boolean ok;
        Function<Double, ObjectNode> result;
        try (LocalStack stack =
                LocalStack.start(
                        options.withRequester(POOR_DEPOSIT),
                        InferenceSettlementJob::start,
                        step -> console.line("starting: " + step))) {
            console.line("Flink's web UI: " + stack.file().webUrl());
            if (cheats.isEmpty()) {
                DemoReport report = new Demo(stack, console).run(requests, texts, input == null);
                ok = report.ok();
                result = report::toJson;
            } else {
                List<Verdict> verdicts = new CheatDemo(stack, console).run(cheats, honest(), texts);
                ok = CheatDemo.holds(verdicts);
                result = seconds -> CheatDemo.json(verdicts, seconds);
            }
        } catch (Exception e) {
            if (!Interrupt.received()) {
                console.line("what happened stands in " + directory.resolve("logs"));
            }
            throw e;
        }
        double seconds = Math.round((System.nanoTime() - start) / 1e8) / 10.0;
        console.line("");
        console.line(
                (ok ? "All of it holds, after " : "NOT ALL OF IT HOLDS, after ") + seconds + " s");
        if (ok) {
            FileUtils.deleteDirectory(directory.toFile());
        } else {
            console.line("the logs are kept in " + directory.resolve("logs"));
        }
        console.result(result.apply(seconds));
        return ok ? 0 : ExitCode.DIFFERS;
    }

    private int honest() {
        boolean given =
                spec != null && spec.commandLine().getParseResult().hasMatchedOption("--requests");
        return given ? requests : FEW_REQUESTS;
    }

    private List<Cheat> cheats() {
        String name = cheat;
        if (name == null) {
            return List.of();
        }
        try {
            return Cheat.named(name);
        } catch (IllegalArgumentException e) {
            if (spec == null) {
                throw e;
            }
            throw new ParameterException(spec.commandLine(), "--cheat: " + e.getMessage(), e);
        }
    }
}
