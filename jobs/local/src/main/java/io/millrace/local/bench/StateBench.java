package io.millrace.local.bench;

import io.millrace.local.bench.BenchReport.Bound;
import io.millrace.local.bench.state.CutJob;
import io.millrace.local.bench.state.CutRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

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
        double plain = median(all, CutRun.Figures::plainMillis);
        report.add("checkpoint without a cut", plain, "ms");
        report.add(
                "checkpoint that cuts",
                median(all, CutRun.Figures::cutMillis),
                "ms",
                Bound.AT_MOST,
                WANTED_MILLIS);
        report.add(
                "longest checkpoint until all is cut",
                median(all, CutRun.Figures::longestMillis),
                "ms",
                Bound.AT_MOST,
                WANTED_MILLIS);
        report.add(
                "from its barrier to the last receipt",
                median(all, CutRun.Figures::wholeMillis),
                "ms");
        report.add("state", median(all, CutRun.Figures::bytes) / job.charges(), "bytes/charge");
        report.add(
                "restore, to the next checkpoint",
                median(all, CutRun.Figures::restoreMillis),
                "ms");
        return report;
    }

    private static double median(List<CutRun.Figures> all, ToDoubleFunction<CutRun.Figures> of) {
        List<Double> values = new ArrayList<>();
        all.forEach(figures -> values.add(of.applyAsDouble(figures)));
        Collections.sort(values);
        int middle = values.size() / 2;
        return values.size() % 2 == 1
                ? values.get(middle)
                : (values.get(middle - 1) + values.get(middle)) / 2;
    }
}
