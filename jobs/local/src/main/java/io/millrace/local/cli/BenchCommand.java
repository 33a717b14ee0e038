package io.millrace.local.cli;

import io.millrace.job.InferenceSettlementJob;
import io.millrace.local.bench.BatcherBench;
import io.millrace.local.bench.BenchReport;
import io.millrace.local.bench.LatencyBench;
import io.millrace.local.bench.StateBench;
import io.millrace.local.bench.sim.CostTable;
import io.millrace.local.bench.state.CutJob;
import io.millrace.local.client.Texts;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures, each figure beside the raw one of the same run. */
@Command(
        name = "bench",
        description = "Measures; each figure stands beside what it is compared with, of one run.",
        mixinStandardHelpOptions = true)
final class BenchCommand {

    private static final int SHARD_DEPTH = 4;
    private static final int PARALLELISM = 2;
    private static final long DOLLARS = 100 * StackOptions.DOLLAR;

    @Command(
            name = "latency",
            description =
                    "From a request's append to its answer, alone on an idle stack and at shares"
                            + " of what the stack can take, beside the model alone.",
            mixinStandardHelpOptions = true)
    int latency(
            @Option(
                            names = "--alone",
                            paramLabel = "N",
                            defaultValue = "300",
                            description = "Requests one at a time, default ${DEFAULT-VALUE}.")
                    int alone,
            @Option(
                            names = "--seconds",
                            paramLabel = "S",
                            defaultValue = "30",
                            description = "Of each load, 0 for none; default ${DEFAULT-VALUE}.")
                    int seconds,
            @Option(
                            names = "--seed",
                            paramLabel = "S",
                            defaultValue = "1",
                            description = "Of the arrivals, default ${DEFAULT-VALUE}.")
                    long seed,
            @Option(names = "--json", description = "Last line of standard output: JSON.")
                    boolean json)
            throws Exception {
        Path directory = Files.createTempDirectory("millrace-bench-");
        Logs.writeTo(directory);
        Console console = Console.open(json);
        StackOptions options = StackOptions.in(directory).withRequesters(4, DOLLARS);
        BenchReport report;
        try (LocalStack stack =
                LocalStack.start(
                        options,
                        InferenceSettlementJob::start,
                        step -> console.line("starting: " + step))) {
            report =
                    new LatencyBench(
                                    stack,
                                    Texts.ofBook(Installation.locate().book()),
                                    alone,
                                    seconds,
                                    seed,
                                    console::progress)
                            .run();
        } catch (Exception e) {
            if (!Interrupt.received()) {
                console.line("what happened stands in " + directory.resolve("logs"));
            }
            throw e;
        }
        FileUtils.deleteDirectory(directory.toFile());
        return show(console, report);
    }

    @Command(
            name = "batcher",
            description =
                    "The scheduler against models of others' and the least device time there is,"
                            + " in virtual time.",
            mixinStandardHelpOptions = true)
    int batcher(
            @Option(
                            names = "--device",
                            paramLabel = "NAME",
                            defaultValue = "gpu",
                            description = "Cost table: gpu or cpu; default ${DEFAULT-VALUE}.")
                    String device,
            @Option(
                            names = "--rows",
                            paramLabel = "N",
                            defaultValue = "15000",
                            description = "Rows of a run, default ${DEFAULT-VALUE}.")
                    int rows,
            @Option(
                            names = "--seed",
                            paramLabel = "S",
                            defaultValue = "1",
                            description = "Of lengths and arrivals, default ${DEFAULT-VALUE}.")
                    long seed,
            @Option(names = "--json", description = "Last line of standard output: JSON.")
                    boolean json) {
        Console console = Console.open(json);
        return show(
                console,
                new BatcherBench(CostTable.of(device), rows, seed, console::progress).run());
    }

    @Command(
            name = "state",
            description =
                    "The settle stage with many unsealed charges on RocksDB: time of the barrier"
                            + " that cuts them, of checkpoints and of a restore.",
            mixinStandardHelpOptions = true)
    int state(
            @Option(
                            names = "--charges",
                            paramLabel = "N",
                            defaultValue = "1000000",
                            description = "Unsealed charges, default ${DEFAULT-VALUE}.")
                    int charges,
            @Option(
                            names = "--accounts",
                            paramLabel = "N",
                            defaultValue = "1000",
                            description = "Who owe them, default ${DEFAULT-VALUE}.")
                    int accounts,
            @Option(
                            names = "--runs",
                            paramLabel = "N",
                            defaultValue = "3",
                            description = "Medians of so many, default ${DEFAULT-VALUE}.")
                    int runs,
            @Option(names = "--json", description = "Last line of standard output: JSON.")
                    boolean json)
            throws Exception {
        Path directory = Files.createTempDirectory("millrace-bench-");
        Logs.writeTo(directory);
        Console console = Console.open(json);
        CutJob job = new CutJob(charges, accounts, SHARD_DEPTH, PARALLELISM);
        BenchReport report = new StateBench(job, runs, directory, console::progress).run();
        FileUtils.deleteDirectory(directory.toFile());
        return show(console, report);
    }

    private static int show(Console console, BenchReport report) {
        console.line("");
        report.lines().forEach(console::line);
        console.result(report.toJson());
        return 0;
    }
}
