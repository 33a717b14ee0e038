package io.millrace.local.cli;

import static java.util.Objects.requireNonNull;

import io.millrace.job.InferenceSettlementJob;
import io.millrace.local.chaos.Chaos;
import io.millrace.local.chaos.ChaosOptions;
import io.millrace.local.chaos.ChaosReport;
import io.millrace.local.chaos.fault.FaultKind;
import io.millrace.local.chaos.sign.Sign;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Faults by a seed against real processes, and the books at the end. */
@Command(
        name = "chaos",
        description =
                "Starts Kafka, an L2 node, ZooKeeper, a JobManager and TaskManagers as processes,"
                    + " keeps requests coming, kills, pauses and confuses them by a seeded plan,"
                    + " lets everything settle and audits the books. Exit code 0 only if nothing"
                    + " was lost, doubled or unexplained, and no alarm or error went off without a"
                    + " fault of its kind.",
        mixinStandardHelpOptions = true)
final class ChaosCommand implements Callable<Integer> {

    private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(5);

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Of plan and load: the same seed gives the same faults. Default 1.")
    private long seed;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "3",
            description = "How long faults strike; start and settlement come on top. Default 3.")
    private int minutes;

    @Option(
            names = "--faults",
            paramLabel = "KIND",
            split = ",",
            description = "Only these kinds, comma-separated. Default: all of them.")
    private @Nullable List<String> faults;

    @Option(
            names = "--max-faults",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Ends the run after so many, whatever time is left.")
    private int maxFaults;

    @Option(
            names = "--taskmanagers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Processes, default ${DEFAULT-VALUE}.")
    private int taskManagers;

    @Option(
            names = "--requesters",
            paramLabel = "N",
            defaultValue = "24",
            description = "Who send requests, default ${DEFAULT-VALUE}.")
    private int requesters;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "20",
            description = "Requests a second, default ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--json", description = "Last line of standard output: the result as JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ChaosOptions options = options();
        Path directory = Files.createTempDirectory("millrace-chaos-");
        Logs.writeTo(directory);
        Console console = Console.open(json);
        console.line("seed " + seed + ", in " + directory);
        Chaos chaos =
                new Chaos(
                        options,
                        directory,
                        InferenceSettlementJob::start,
                        Clock.systemUTC(),
                        console::line);
        ChaosReport report;
        try {
            report = chaos.run();
        } catch (Exception e) {
            if (!Interrupt.received()) {
                console.line("seed " + seed + " failed; the logs are in " + directory);
                console.result(chaos.unfinished(e));
            }
            throw e;
        }
        print(console, report);
        if (report.ok()) {
            FileUtils.deleteDirectory(directory.toFile());
        } else {
            console.line("records, state and logs are kept in " + directory);
        }
        console.result(report.toJson());
        return report.ok() ? 0 : ExitCode.DIFFERS;
    }

    private ChaosOptions options() {
        try {
            List<FaultKind> kinds =
                    faults == null
                            ? Arrays.asList(FaultKind.values())
                            : faults.stream().map(FaultKind::of).toList();
            return new ChaosOptions(
                    seed,
                    Duration.ofMinutes(minutes),
                    kinds,
                    maxFaults,
                    taskManagers,
                    requesters,
                    rate,
                    RECOVERY_LIMIT);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    requireNonNull(spec, "set by picocli").commandLine(), e.getMessage(), e);
        }
    }

    private static void print(Console console, ChaosReport report) {
        AuditCommand.print(console, report.books());
        console.line("");
        console.line(
                "%d records sent: %d lost, %d doubled, %d misjudged; %d nano-USD unexplained"
                        .formatted(
                                report.count().sent(),
                                report.count().lost(),
                                report.count().doubled(),
                                report.count().misjudged().size(),
                                report.unexplainedNano()));
        console.line(
                "%d requests charged: %d without evidence, %d with doubled evidence; %d with evidence and no charge"
                        .formatted(
                                report.evidence().charged(),
                                report.evidence().missing(),
                                report.evidence().doubled(),
                                report.evidence().uncharged()));
        console.line(
                "%d epochs on chain, %d of their receipts proved again, %d denied"
                        .formatted(
                                report.proofs().epochs(),
                                report.proofs().receipts(),
                                report.proofs().denied().size()));
        if (!report.unsettled().isEmpty()) {
            console.line("at a standstill, and still there: " + report.unsettled());
        }
        line(console, report.signs());
        report.count().misjudged().stream().limit(10).forEach(console::line);
        report.proofs().denied().stream().limit(10).forEach(console::line);
        report.signs().lines().stream().limit(10).forEach(console::line);
        console.line(
                "%s: seed %d, %d faults, %d processes restarted, %.1f s"
                        .formatted(
                                report.ok() ? "All of it holds" : "NOT ALL OF IT HOLDS",
                                report.seed(),
                                report.faults().size(),
                                report.restarted(),
                                report.seconds()));
    }

    private static void line(Console console, ChaosReport.Signs signs) {
        console.line(
                "%d alarms, %d errors in logs, %d refusals of the job; %d without a fault of their kind"
                        .formatted(
                                signs.count(Sign.Sort.ALARM),
                                signs.count(Sign.Sort.ERROR),
                                signs.count(Sign.Sort.REFUSAL),
                                signs.unexplained().size()));
    }
}
