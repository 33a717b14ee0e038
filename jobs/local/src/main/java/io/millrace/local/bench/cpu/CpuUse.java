package io.millrace.local.bench.cpu;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What this process computed in a while, in nanoseconds of one core.
 *
 * @param wallNanos how long the while was
 * @param processNanos all of it
 * @param compilerNanos of it, turning bytecode into machine code
 * @param collectorNanos of it, collecting garbage
 * @param threads of it, Java's threads, by name; those that ended meanwhile are in {@code
 *     processNanos} alone
 */
public record CpuUse(
        long wallNanos,
        long processNanos,
        long compilerNanos,
        long collectorNanos,
        Map<String, Long> threads) {

    /** Copies. */
    public CpuUse {
        threads = Map.copyOf(threads);
    }

    /** Of the threads whose name is {@code wanted}. */
    public long of(Predicate<String> wanted) {
        long nanos = 0;
        for (Map.Entry<String, Long> thread : threads.entrySet()) {
            nanos += wanted.test(thread.getKey()) ? thread.getValue() : 0;
        }
        return nanos;
    }

    /** Share of one core that the process took. */
    public double cores() {
        return (double) processNanos / wallNanos;
    }

    /**
     * This without what an idle while of the same length takes, no thread below nothing.
     *
     * @param idle of a while without work
     */
    public CpuUse without(CpuUse idle) {
        double share = (double) wallNanos / idle.wallNanos;
        Map<String, Long> rest = new TreeMap<>();
        threads.forEach(
                (name, nanos) ->
                        rest.put(name, less(nanos, idle.threads.getOrDefault(name, 0L), share)));
        return new CpuUse(
                wallNanos,
                less(processNanos, idle.processNanos, share),
                less(compilerNanos, idle.compilerNanos, share),
                less(collectorNanos, idle.collectorNanos, share),
                rest);
    }

    private static long less(long nanos, long idleNanos, double share) {
        return Math.max(0, nanos - Math.round(idleNanos * share));
    }
}
