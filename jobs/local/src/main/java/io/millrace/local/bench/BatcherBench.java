package io.millrace.local.bench;

import io.millrace.local.bench.BenchReport.Bound;
import io.millrace.local.bench.sim.CostTable;
import io.millrace.local.bench.sim.Scenario;
import io.millrace.local.bench.sim.Scenario.Load;
import io.millrace.local.bench.sim.Scenario.Mix;
import io.millrace.local.bench.sim.Simulation.Result;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The engine's scheduler against models of others' and the least device time there is, in virtual
 * time: same rows, same device.
 */
public final class BatcherBench {

    private static final double DEADLINE_LOAD = 0.7;

    private final CostTable device;
    private final int rows;
    private final long seed;
    private final Consumer<String> progress;

    /** On {@code device}, with so many rows a run. */
    public BatcherBench(CostTable device, int rows, long seed, Consumer<String> progress) {
        this.device = device;
        this.rows = rows;
        this.seed = seed;
        this.progress = progress;
    }

    /** Runs it. */
    public BenchReport run() {
        BenchReport report = new BenchReport("batcher", device.device() + " cost table");
        for (Mix mix : Mix.values()) {
            Scenario scenario = new Scenario(device, mix, rows, seed);
            String of = mix.label();
            progress.accept(of + ": overload");
            Map<String, Result> overload = scenario.run(Load.OVERLOAD, 0);
            Result ours = result(overload, Scenario.OURS);
            report.addBeside(
                    of + ", useful tokens per device-second, to the oracle",
                    ours.usefulTokensPerSecond(),
                    "tokens/s",
                    scenario.oracleTokensPerSecond(),
                    Bound.AT_LEAST,
                    0.9);
            for (Result other : overload.values()) {
                if (!other.policy().equals(Scenario.OURS)) {
                    beside(report, of, ours, other);
                }
            }
            report.add(of + ", padding", ours.paddingShare(), "of tokens", Bound.AT_MOST, 0.1);
            deadlines(report, of, scenario);
            flood(report, of, scenario);
        }
        return report;
    }

    private static void beside(BenchReport report, String of, Result ours, Result other) {
        String metric = of + ", the same, to " + other.policy();
        double theirs = other.usefulTokensPerSecond();
        Double target = Scenario.TARGETS.get(other.policy());
        if (target == null || !of.equals(Mix.LOGNORMAL.label())) {
            report.addBeside(metric, ours.usefulTokensPerSecond(), "tokens/s", theirs);
        } else {
            report.addBeside(
                    metric,
                    ours.usefulTokensPerSecond(),
                    "tokens/s",
                    theirs,
                    Bound.AT_LEAST,
                    target);
        }
        report.addBeside(
                of + ", p99 to " + other.policy(),
                ours.p99Millis(),
                "ms",
                other.p99Millis(),
                Bound.AT_MOST,
                1);
    }

    private void deadlines(BenchReport report, String of, Scenario scenario) {
        for (Load load : new Load[] {Load.STEADY, Load.BURSTY}) {
            progress.accept(of + ": 70 % load, " + load.label());
            Map<String, Result> results = scenario.run(load, DEADLINE_LOAD);
            for (Result result : results.values()) {
                String metric = of + ", 70 % " + load.label() + ", in 100 ms, " + result.policy();
                if (result.policy().equals(Scenario.OURS)) {
                    report.add(metric, result.inTime(), "of rows", Bound.AT_LEAST, 0.999);
                } else {
                    report.add(metric, result.inTime(), "of rows");
                }
            }
        }
    }

    private void flood(BenchReport report, String of, Scenario scenario) {
        progress.accept(of + ": one requester floods");
        for (Scenario.Flood flood : scenario.flood(DEADLINE_LOAD)) {
            String metric = of + ", others' p99 beside a flood, " + flood.policy();
            if (flood.policy().equals(Scenario.OURS)) {
                report.addBeside(
                        metric,
                        flood.withMillis(),
                        "ms",
                        flood.withoutMillis(),
                        Bound.AT_MOST,
                        1.1);
            } else {
                report.addBeside(metric, flood.withMillis(), "ms", flood.withoutMillis());
            }
        }
    }

    private static Result result(Map<String, Result> results, String policy) {
        Result result = results.get(policy);
        if (result == null) {
            throw new IllegalStateException("no result of " + policy);
        }
        return result;
    }
}
