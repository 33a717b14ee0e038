package io.millrace.local.bench;

import io.millrace.local.bench.BenchReport.Bound;
import java.util.List;

/**
 * What rounds with the same texts came to.
 *
 * @param of which texts
 * @param cores of the machine
 * @param rounds each of them the pipeline and the model by itself
 */
record EngineFigures(String of, int cores, List<Round> rounds) {

    private static final double WANTED = 0.9;
    private static final double WANTED_PADDING = 0.1;
    private static final double NANOS = 1e9;

    /**
     * One way of computing, once.
     *
     * @param tokens that have been computed, without padding
     * @param wallNanos how long it took
     * @param ownNanos processor time of what is measured
     * @param otherNanos processor time of all else that was running for it
     */
    record Run(long tokens, long wallNanos, long ownNanos, long otherNanos) {

        /** As it was. */
        double tokensPerSecond() {
            return tokens * NANOS / wallNanos;
        }

        /**
         * As if what else was running had run elsewhere: it kept {@code cores} busy for its share.
         *
         * @throws IllegalStateException if that leaves no time: the clocks do not fit each other
         */
        double aloneTokensPerSecond(int cores) {
            double left = wallNanos - (double) otherNanos / cores;
            if (left <= 0) {
                throw new IllegalStateException(
                        "%d ns of others' processor time do not fit into %d ns on %d cores"
                                .formatted(otherNanos, wallNanos, cores));
            }
            return tokens * NANOS / left;
        }

        /** By processor time, whatever else the machine does. */
        double tokensPerCpuSecond() {
            return tokens * NANOS / ownNanos;
        }
    }

    /**
     * Both, one after the other.
     *
     * @param paddedTokens that the pipeline has computed, padding with them
     */
    record Round(Run pipeline, Run raw, long paddedTokens) {

        double padding() {
            return 1 - (double) pipeline.tokens / paddedTokens;
        }
    }

    /** Adds what they come to. */
    void addTo(BenchReport report) {
        report.addBeside(
                of + ", pipeline to raw, the rest of the stack's CPU taken out",
                Medians.of(rounds, round -> round.pipeline.aloneTokensPerSecond(cores)),
                "tokens/s",
                Medians.of(rounds, round -> round.raw.aloneTokensPerSecond(cores)),
                Bound.AT_LEAST,
                WANTED);
        report.addBeside(
                of + ", the same as it was, all on one machine",
                Medians.of(rounds, round -> round.pipeline.tokensPerSecond()),
                "tokens/s",
                Medians.of(rounds, round -> round.raw.tokensPerSecond()));
        report.addBeside(
                of + ", the same by processor time",
                Medians.of(rounds, round -> round.pipeline.tokensPerCpuSecond()),
                "tokens/cpu-s",
                Medians.of(rounds, round -> round.raw.tokensPerCpuSecond()));
        report.add(
                of + ", rest of the stack (broker, node, client)",
                Medians.of(
                        rounds,
                        round -> (double) round.pipeline.otherNanos / round.pipeline.wallNanos),
                "cores");
        report.add(
                of + ", padding",
                Medians.of(rounds, Round::padding),
                "of tokens",
                Bound.AT_MOST,
                WANTED_PADDING);
    }
}
