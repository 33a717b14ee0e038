package io.millrace.local.bench.sim;

import io.millrace.infer.batch.BatchRow;
import io.millrace.infer.batch.BatchScheduler.Limits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** The same rows for every policy, on one device. */
public final class Scenario {

    /** The engine's own policy. */
    public static final String OURS = "millrace";

    /**
     * How many times another's throughput ours should be on lengths that differ. On the trace most
     * rows have the same, largest length, and the oracle itself is a sixth ahead of Triton.
     */
    public static final Map<String, Double> TARGETS =
            Map.of("triton", 2.0, "djl", 2.0, "infinity", 1.3);

    private static final int LONGEST = 512;
    private static final int ROWS = 64;
    private static final Limits LIMITS = new Limits(128, 16_384, LONGEST);
    private static final long INFINITY_DELAY_NANOS = 5_000_000;
    private static final long DJL_DELAY_NANOS = 20_000_000;
    private static final double OVERLOAD = 3;
    private static final long DEADLINE_MILLIS = 100;
    private static final long NO_DEADLINE_MILLIS = 1L << 40;
    private static final double FLOOD = 2.5;

    /** Lengths of rows. */
    public enum Mix {
        /** A long tail: median 60 tokens. */
        LOGNORMAL,
        /** Of a production trace, clipped to what the model takes. */
        TRACE;

        public String label() {
            return this == LOGNORMAL ? "lognormal" : "trace";
        }
    }

    /** Tokens of {@code rows} rows of {@code mix}, none longer than {@code longest}. */
    public static int[] lengths(Mix mix, int rows, int longest, long seed) {
        Arrivals arrivals = new Arrivals(seed, longest);
        return mix == Mix.LOGNORMAL ? arrivals.lognormal(rows) : arrivals.ofTrace(rows);
    }

    /** When rows come. */
    public enum Load {
        /** Independent of each other. */
        STEADY,
        /** With the gaps of a production trace. */
        BURSTY,
        /** Three times what the device can take. */
        OVERLOAD;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a flood does to others.
     *
     * @param withMillis mean of the others' p99
     * @param withoutMillis the same without the flood
     */
    public record Flood(String policy, double withMillis, double withoutMillis) {}

    private final CostTable device;
    private final long seed;
    private final int[] lengths;
    private final double oracleNanos;

    /** So many rows of {@code mix}. */
    public Scenario(CostTable device, Mix mix, int rows, long seed) {
        this.device = device;
        this.seed = seed;
        Arrivals arrivals = new Arrivals(seed, LONGEST);
        this.lengths = mix == Mix.LOGNORMAL ? arrivals.lognormal(rows) : arrivals.ofTrace(rows);
        this.oracleNanos = Oracle.nanos(device, lengths, LIMITS.maxRows(), LIMITS.maxTokens());
    }

    /** Of the least device time in which the rows can run if all are there. */
    public double oracleTokensPerSecond() {
        long tokens = 0;
        for (int length : lengths) {
            tokens += length;
        }
        return tokens * 1e9 / oracleNanos;
    }

    /**
     * Every policy's result, by its name.
     *
     * @param share of the oracle's throughput at which rows come; ignored in overload
     */
    public Map<String, Simulation.Result> run(Load load, double share) {
        List<BatchRow> rows = rows(load, share);
        Map<String, Simulation.Result> results = new LinkedHashMap<>();
        for (BatchPolicy policy : policies()) {
            results.put(policy.name(), Simulation.run(device, policy, rows));
        }
        return results;
    }

    private List<BatchRow> rows(Load load, double share) {
        Arrivals arrivals = new Arrivals(seed + 1, LONGEST);
        double gap = oracleNanos / lengths.length;
        return switch (load) {
            case STEADY -> arrivals.steady(lengths, gap / share, DEADLINE_MILLIS);
            case BURSTY -> arrivals.bursty(lengths, gap / share, DEADLINE_MILLIS);
            case OVERLOAD -> arrivals.steady(lengths, gap / OVERLOAD, NO_DEADLINE_MILLIS);
        };
    }

    /**
     * Sixteen requesters at {@code share} of the throughput, with and without one more that alone
     * sends more than the device can take.
     */
    public List<Flood> flood(double share) {
        double gap = oracleNanos / lengths.length / share;
        List<BatchRow> without =
                new Arrivals(seed + 1, LONGEST).steady(lengths, gap, NO_DEADLINE_MILLIS);
        List<BatchRow> with = new ArrayList<>(without);
        Random random = new Random(seed + 2);
        long end = without.get(without.size() - 1).enqueuedNanos();
        int more = (int) (lengths.length * FLOOD / share);
        for (int i = 0; i < more; i++) {
            long at = (long) (random.nextDouble() * end);
            int tokens = lengths[random.nextInt(lengths.length)];
            with.add(new BatchRow(lengths.length + i, tokens, NO_DEADLINE_MILLIS, "flood", at));
        }
        with.sort(Comparator.comparingLong(BatchRow::enqueuedNanos));
        List<Flood> floods = new ArrayList<>();
        List<BatchPolicy> again = policies();
        int at = 0;
        for (BatchPolicy policy : policies()) {
            double before = othersP99(Simulation.run(device, policy, without));
            double beside = othersP99(Simulation.run(device, again.get(at++), with));
            floods.add(new Flood(policy.name(), beside, before));
        }
        return floods;
    }

    private static double othersP99(Simulation.Result result) {
        return result.p99MillisOfRequester().entrySet().stream()
                .filter(entry -> !entry.getKey().equals("flood"))
                .mapToDouble(Map.Entry::getValue)
                .average()
                .orElse(0);
    }

    private List<BatchPolicy> policies() {
        return List.of(
                new MillracePolicy(LIMITS, device),
                new DelayPolicy("triton", ROWS, 0),
                new TokenBudgetPolicy("tei", LIMITS.maxTokens()),
                new SortWindowPolicy("infinity", ROWS, INFINITY_DELAY_NANOS),
                new DelayPolicy("djl", ROWS, DJL_DELAY_NANOS),
                new RowCostPolicy("bentoml", ROWS));
    }
}
