package io.millrace.local.cli;

import io.millrace.infer.BundledModels;
import io.millrace.infer.store.ModelManifest;
import io.millrace.job.InferenceSettlementJob;
import io.millrace.local.bench.BatcherBench;
import io.millrace.local.bench.BenchReport;
import io.millrace.local.bench.EngineBench;
import io.millrace.local.bench.LatencyBench;
import io.millrace.local.bench.OverheadBench;
import io.millrace.local.bench.PeersBench;
import io.millrace.local.bench.StateBench;
import io.millrace.local.bench.job.BenchStack;
import io.millrace.local.bench.job.IdentityModel;
import io.millrace.local.bench.job.Peer;
import io.millrace.local.bench.sim.CostTable;
import io.millrace.local.bench.state.CutJob;
import io.millrace.local.client.Texts;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        return inFolder(
                json,
                (directory, console) -> {
                    StackOptions options = StackOptions.in(directory).withRequesters(4, DOLLARS);
                    try (LocalStack stack =
                            LocalStack.start(
                                    options,
                                    InferenceSettlementJob::start,
                                    step -> console.line("starting: " + step))) {
                        return new LatencyBench(
                                        stack, book(), alone, seconds, seed, console::progress)
                                .run();
                    }
                });
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

    @Command(
            name = "overhead",
            description =
                    "Processor time of a request beside the model, stage by stage, with the"
                            + " cheapest model there can be, beside a job that only passes the"
                            + " same bytes on.",
            mixinStandardHelpOptions = true)
    int overhead(
            @Option(
                            names = "--requests",
                            paramLabel = "N",
                            defaultValue = "10000",
                            description = "Of a round, default ${DEFAULT-VALUE}.")
                    int requests,
            @Option(
                            names = "--words",
                            paramLabel = "N",
                            defaultValue = "16",
                            description = "Tokens of a text, default ${DEFAULT-VALUE}.")
                    int words,
            @Option(
                            names = "--dimension",
                            paramLabel = "N",
                            defaultValue = "384",
                            description = "Numbers of an embedding, default ${DEFAULT-VALUE}.")
                    int dimension,
            @Option(
                            names = "--rounds",
                            paramLabel = "N",
                            defaultValue = "5",
                            description = "Medians of so many, default ${DEFAULT-VALUE}.")
                    int rounds,
            @Option(
                            names = "--idle",
                            paramLabel = "S",
                            defaultValue = "15",
                            description = "Seconds without traffic, default ${DEFAULT-VALUE}.")
                    int idle,
            @Option(names = "--json", description = "Last line of standard output: JSON.")
                    boolean json)
            throws Exception {
        OverheadBench.Size size = new OverheadBench.Size(requests, words, rounds, idle);
        return inFolder(
                json,
                (directory, console) -> {
                    Path models =
                            Installation.locate()
                                    .home()
                                    .resolve("jobs/local/target/models/bench-" + dimension);
                    BundledModels.unpack(models, BundledModels.DEFAULT);
                    ModelManifest identity = IdentityModel.write(models, dimension);
                    StackOptions options =
                            settling(directory).withJobOption("models.dir", models.toString());
                    try (BenchStack stack = start(options, console)) {
                        return new OverheadBench(stack, identity, size, console::progress).run();
                    }
                });
    }

    @Command(
            name = "engine",
            description =
                    "The whole stack, from a request's append to its answer, beside the model by"
                            + " itself in ideal batches of the same texts.",
            mixinStandardHelpOptions = true)
    int engine(
            @Option(
                            names = "--tokens",
                            paramLabel = "N",
                            defaultValue = "40000",
                            description = "Of a round, default ${DEFAULT-VALUE}.")
                    int tokens,
            @Option(
                            names = "--rounds",
                            paramLabel = "N",
                            defaultValue = "3",
                            description = "Medians of so many, default ${DEFAULT-VALUE}.")
                    int rounds,
            @Option(
                            names = "--seed",
                            paramLabel = "S",
                            defaultValue = "1",
                            description = "Of the lengths, default ${DEFAULT-VALUE}.")
                    long seed,
            @Option(names = "--json", description = "Last line of standard output: JSON.")
                    boolean json)
            throws Exception {
        EngineBench.Size size = new EngineBench.Size(tokens, rounds, seed);
        return inFolder(
                json,
                (directory, console) -> {
                    try (BenchStack stack = start(settling(directory), console)) {
                        return new EngineBench(stack.stack(), book(), size, console::progress)
                                .run();
                    }
                });
    }

    @Command(
            name = "peers",
            description =
                    "This engine beside Flink with a row a call, and beside Flink with an HTTP"
                            + " model server: a stand-in of ours, with its own batches.",
            mixinStandardHelpOptions = true)
    int peers(
            @Option(
                            names = "--tokens",
                            paramLabel = "N",
                            defaultValue = "40000",
                            description = "Of a round, default ${DEFAULT-VALUE}.")
                    int tokens,
            @Option(
                            names = "--rounds",
                            paramLabel = "N",
                            defaultValue = "3",
                            description = "Medians of so many, default ${DEFAULT-VALUE}.")
                    int rounds,
            @Option(
                            names = "--seed",
                            paramLabel = "S",
                            defaultValue = "1",
                            description = "Of the lengths, default ${DEFAULT-VALUE}.")
                    long seed,
            @Option(
                            names = "--batch",
                            paramLabel = "N",
                            defaultValue = "8",
                            description = "Rows of the server's batches, default ${DEFAULT-VALUE}.")
                    int batch,
            @Option(
                            names = "--delay",
                            paramLabel = "MS",
                            defaultValue = "20",
                            description =
                                    "For which its first row waits, default ${DEFAULT-VALUE}.")
                    long delay,
            @Option(names = "--json", description = "Last line of standard output: JSON.")
                    boolean json)
            throws Exception {
        EngineBench.Size size = new EngineBench.Size(tokens, rounds, seed);
        Peer.Batching batching = new Peer.Batching(batch, delay);
        return inFolder(
                json,
                (directory, console) -> {
                    try (BenchStack stack = start(settling(directory), console)) {
                        return new PeersBench(stack, book(), size, batching, console::progress)
                                .run();
                    }
                });
    }

    /** Every charge is settled at the next cut, so that a round has an end. */
    private static StackOptions settling(Path directory) {
        return StackOptions.in(directory)
                .withRequesters(4, DOLLARS)
                .withJobOption("settle.dust.min.nano", "0");
    }

    private static List<String> book() throws IOException {
        return Texts.ofBook(Installation.locate().book());
    }

    /** What measures, with a folder for what it writes. */
    @FunctionalInterface
    private interface InFolder {

        BenchReport run(Path directory, Console console) throws Exception;
    }

    /** The folder goes when all went well; else it is named. */
    private static int inFolder(boolean json, InFolder bench) throws Exception {
        Path directory = Files.createTempDirectory("millrace-bench-");
        Logs.writeTo(directory);
        Console console = Console.open(json);
        BenchReport report;
        try {
            report = bench.run(directory, console);
        } catch (Exception e) {
            if (!Interrupt.received()) {
                console.line("what happened stands in " + directory.resolve("logs"));
            }
            throw e;
        }
        FileUtils.deleteDirectory(directory.toFile());
        return show(console, report);
    }

    private static BenchStack start(StackOptions options, Console console) throws Exception {
        return BenchStack.start(options, step -> console.line("starting: " + step));
    }

    private static int show(Console console, BenchReport report) {
        console.line("");
        report.lines().forEach(console::line);
        console.result(report.toJson());
        return 0;
    }
}
