package io.millrace.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.page.Tally.Sum;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How fast sums have grown of late. Safe for use by several threads. */
final class Rates {

    private static final List<Sum> SUMS =
            List.of(Sum.REQUESTS, Sum.ANSWERED, Sum.REFUSALS, Sum.TOKENS);
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int BARS = 30;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(long nanos, Tally sums) {}

    /** Takes note of {@code sums} at {@code nanos}. */
    synchronized void sample(long nanos, Tally sums) {
        samples.addLast(new Sample(nanos, sums));
        while (nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
    }

    /** What was there before was not done in this minute. */
    synchronized void forget() {
        samples.clear();
    }

    /** Per second over the last minute, and tokens in the {@value #BARS} parts of it. */
    synchronized ObjectNode toJson() {
        ObjectNode json = Json.object();
        ArrayNode bars = json.putArray("tokens");
        if (samples.size() < 2) {
            return json;
        }
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        double seconds = (last.nanos() - first.nanos()) / NANOS_PER_SECOND;
        ObjectNode each = json.putObject("perSecond");
        for (Sum sum : SUMS) {
            each.put(sum.name(), (last.sums().of(sum) - first.sums().of(sum)) / seconds);
        }
        long[] tokens = new long[BARS];
        Sample before = first;
        for (Sample sample : samples) {
            long age = last.nanos() - sample.nanos();
            int bar = BARS - 1 - (int) Math.min(BARS - 1, age * BARS / WINDOW_NANOS);
            tokens[bar] += sample.sums().of(Sum.TOKENS) - before.sums().of(Sum.TOKENS);
            before = sample;
        }
        for (long bar : tokens) {
            bars.add(bar);
        }
        return json;
    }
}
