package io.millrace.local.bench;

import io.millrace.local.bench.BenchReport.Bound;
import io.millrace.local.bench.state.CutJob;
import io.millrace.local.bench.state.CutRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What unsealed charges cost on RocksDB: time of the barrier that cuts them, of checkpoints, of a
 * restore. Medians of several runs, each on a cluster of its own in this process.
 */
public final class StateBench {

    /** Of the barrier of a cut, with a million unsealed charges at parallelism 2. */
    private static final double WANTED_MILLIS = 1_000;

    private final CutJob job;
    private final int runs;
    private final Path directory;
    private final Consumer<String> progress;

    /**
     * Nothing is run yet.
     *
     * @param directory for checkpoints
     */
    public StateBench(CutJob job, int runs, Path directory, Consumer<String> progress) {
        this.job = job;
        this.runs = runs;
        this.directory = directory;
        this.progress = progress;
    }

    /** Runs it. */
    public BenchReport run() throws Exception {
        List<CutRun.Figures> all = new ArrayList<>();
        for (int run = 1; run <= runs; run++) {
            progress.accept("run %d of %d".formatted(run, runs));
            all.add(new CutRun(job, directory.resolve("run-" + run), progress).run());
        }
        BenchReport report =
                new BenchReport(
                        "state",
                        "%,d charges of %,d accounts in %d shards, parallelism %d"
                                .formatted(
                                        job.charges(),
                                        job.accounts(),
                                        job.shards(),
                                        job.parallelism()));
        double plain = Medians.of(all, CutRun.Figures::plainMillis);
        report.add("checkpoint without a cut", plain, "ms");
        report.add(
                "checkpoint that cuts",
                Medians.of(all, CutRun.Figures::cutMillis),
                "ms",
                Bound.AT_MOST,
                WANTED_MILLIS);
        report.add(
                "longest checkpoint until all is cut",
                Medians.of(all, CutRun.Figures::longestMillis),
                "ms",
                Bound.AT_MOST,
                WANTED_MILLIS);
        report.add(
                "from its barrier to the last receipt",
                Medians.of(all, CutRun.Figures::wholeMillis),
                "ms");
        report.add("state", Medians.of(all, CutRun.Figures::bytes) / job.charges(), "bytes/charge");
        report.add(
                "restore, to the next checkpoint",
                Medians.of(all, CutRun.Figures::restoreMillis),
                "ms");
        return report;
    }
}
