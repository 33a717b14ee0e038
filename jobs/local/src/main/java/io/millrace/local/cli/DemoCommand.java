package io.millrace.local.cli;

import io.millrace.job.InferenceSettlementJob;
import io.millrace.local.client.Texts;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
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

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "2000",
            description = "How many to send, default ${DEFAULT-VALUE}.")
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

    @Option(names = "--json", description = "Last line of standard output: the result as JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (requests < 1 && spec != null) {
            throw new ParameterException(
                    spec.commandLine(), "--requests is " + requests + "; give at least 1");
        }
        Path directory = Files.createTempDirectory("millrace-demo-");
        Logs.writeTo(directory);
        Console console = Console.open(json);
        long start = System.nanoTime();
        List<String> texts =
                input != null ? Texts.ofFile(input) : Texts.ofBook(Installation.locate().book());
        StackOptions options =
                StackOptions.in(directory).withProviders(providers).withRequester(POOR_DEPOSIT);
        DemoReport report;
        try (LocalStack stack =
                LocalStack.start(
                        options,
                        InferenceSettlementJob::start,
                        step -> console.line("starting: " + step))) {
            console.line("Flink's web UI: " + stack.file().webUrl());
            report = new Demo(stack, console).run(requests, texts, input == null);
        } catch (Exception e) {
            if (!Interrupt.received()) {
                console.line("what happened stands in " + directory.resolve("logs"));
            }
            throw e;
        }
        double seconds = Math.round((System.nanoTime() - start) / 1e8) / 10.0;
        console.line("");
        console.line(
                (report.ok() ? "All of it holds, after " : "NOT ALL OF IT HOLDS, after ")
                        + seconds
                        + " s");
        if (report.ok()) {
            FileUtils.deleteDirectory(directory.toFile());
        } else {
            console.line("the logs are kept in " + directory.resolve("logs"));
        }
        console.result(report.toJson(seconds));
        return report.ok() ? 0 : ExitCode.DIFFERS;
    }
}
