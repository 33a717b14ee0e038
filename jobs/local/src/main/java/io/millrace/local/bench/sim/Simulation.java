package io.millrace.local.bench.sim;

import io.millrace.infer.batch.BatchRow;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One device, one policy, one stream of rows, in virtual time. */
public final class Simulation {

    private final CostTable device;
    private final BatchPolicy policy;
    private final Map<String, Latencies> byRequester = new HashMap<>();
    private final Latencies all = new Latencies();
    private long busyNanos;
    private long usefulTokens;
    private long paddedTokens;
    private long batches;
    private long late;

    private Simulation(CostTable device, BatchPolicy policy) {
        this.device = device;
        this.policy = policy;
    }

    private static final class Latencies {
        private long[] nanos = new long[1024];
        private int size;

        void add(long value) {
            if (size == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * size);
            }
            nanos[size++] = value;
        }

        long quantile(double share) {
            long[] sorted = Arrays.copyOf(nanos, size);
            Arrays.sort(sorted);
            return size == 0 ? 0 : sorted[Math.min(size - 1, (int) (share * size))];
        }
    }

    /**
     * What came of it.
     *
     * @param usefulTokensPerSecond of the device's busy time, padding not counted
     * @param paddingShare of the computed tokens
     * @param p50Millis of all rows that ran, from arrival to answer
     * @param inTime share of all rows that were answered before their deadline
     */
    public record Result(
            String policy,
            double usefulTokensPerSecond,
            double paddingShare,
            double p50Millis,
            double p99Millis,
            double inTime,
            double rowsPerBatch,
            Map<String, Double> p99MillisOfRequester) {}

    /** Runs {@code rows}, which are in the order of their arrival, to the last. */
    public static Result run(CostTable device, BatchPolicy policy, List<BatchRow> rows) {
        Simulation simulation = new Simulation(device, policy);
        simulation.run(rows);
        return simulation.result(rows.size());
    }

    private void run(List<BatchRow> rows) {
        long now = 0;
        int next = 0;
        int open = 0;
        while (next < rows.size() || open > 0) {
            while (next < rows.size() && rows.get(next).enqueuedNanos() <= now) {
                policy.add(rows.get(next++));
                open++;
            }
            BatchPolicy.Step step = policy.next(now, next == rows.size());
            open -= step.rows().size() + step.expired().size();
            late += step.expired().size();
            if (!step.rows().isEmpty()) {
                now = ran(step.rows(), now);
            } else if (step.expired().isEmpty()) {
                long wake =
                        step.waitNanos() > Long.MAX_VALUE - now
                                ? Long.MAX_VALUE
                                : now + step.waitNanos();
                long arrival = next < rows.size() ? rows.get(next).enqueuedNanos() : Long.MAX_VALUE;
                if (Math.min(wake, arrival) == Long.MAX_VALUE) {
                    throw new IllegalStateException(
                            policy.name() + " leaves " + open + " rows lying for ever");
                }
                now = Math.max(now + 1, Math.min(wake, arrival));
            }
        }
    }

    /** The time at its end. Rows that come meanwhile are added by the caller, at their own time. */
    private long ran(List<BatchRow> rows, long now) {
        int longest = 0;
        long tokens = 0;
        for (BatchRow row : rows) {
            longest = Math.max(longest, row.tokens());
            tokens += row.tokens();
        }
        long nanos = device.nanos(rows.size(), longest);
        long end = now + nanos;
        busyNanos += nanos;
        usefulTokens += tokens;
        paddedTokens += (long) longest * rows.size();
        batches++;
        for (BatchRow row : rows) {
            long latency = end - row.enqueuedNanos();
            all.add(latency);
            byRequester
                    .computeIfAbsent(row.requesterAddress(), key -> new Latencies())
                    .add(latency);
            late += end / 1_000_000 > row.deadlineMillis() ? 1 : 0;
        }
        policy.ran(rows.size(), longest, nanos);
        return end;
    }

    private Result result(int rows) {
        Map<String, Double> p99 = new HashMap<>();
        byRequester.forEach((requester, own) -> p99.put(requester, own.quantile(0.99) / 1e6));
        return new Result(
                policy.name(),
                usefulTokens * 1e9 / busyNanos,
                1 - (double) usefulTokens / paddedTokens,
                all.quantile(0.5) / 1e6,
                all.quantile(0.99) / 1e6,
                1 - (double) late / rows,
                (double) all.size / batches,
                p99);
    }
}
