package io.millrace.metrics;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;

/**
 * A metric that an operator reports. Every one is a constant; jobs/RUNBOOK.md shows all of them.
 *
 * @param group below the operator's own, as {@code admit}
 * @param name within the group; ends in the unit
 * @param kind how Flink keeps it
 * @param meaning what is counted or measured, a clause
 * @param each if there is one for each of several things, what they are, as {@code CODE}; else
 *     empty
 * @param by if there is one for each value of a label of Prometheus, its name, as {@code model};
 *     else empty. Never what a requester chooses: each value is a series for ever
 * @param bounds of a histogram's buckets, inclusive, ascending, in the name's unit; else none
 * @param alarm whether a person may have to act on it; the runbook says when and how
 */
public record Metric(
        String group,
        String name,
        Kind kind,
        String meaning,
        String each,
        String by,
        List<Long> bounds,
        boolean alarm) {

    /** How Flink keeps a metric. */
    public enum Kind {
        /** Only rises, from 0 at each start. */
        COUNTER,
        /** A value of now. */
        GAUGE,
        /** Counters of buckets, {@link Buckets}. */
        HISTOGRAM
    }

    public Metric {
        requireNonNull(group, "group is null");
        requireNonNull(name, "name is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(meaning, "meaning is null");
        requireNonNull(each, "each is null");
        requireNonNull(by, "by is null");
        bounds = List.copyOf(bounds);
        if ((kind == Kind.HISTOGRAM) == bounds.isEmpty()) {
            throw new IllegalArgumentException(
                    group + "." + name + ": a histogram has bounds, and nothing else has");
        }
    }

    /** Something that only rises. */
    public static Metric counter(String group, String name, String meaning) {
        return new Metric(group, name, Kind.COUNTER, meaning, "", "", List.of(), false);
    }

    /** A value of now. */
    public static Metric gauge(String group, String name, String meaning) {
        return new Metric(group, name, Kind.GAUGE, meaning, "", "", List.of(), false);
    }

    /** How values are spread. */
    public static Metric histogram(String group, String name, String meaning, List<Long> bounds) {
        return new Metric(group, name, Kind.HISTOGRAM, meaning, "", "", bounds, false);
    }

    /** The same, one for each {@code what}. */
    public Metric each(String what) {
        return new Metric(group, name, kind, meaning, what, by, bounds, alarm);
    }

    /** The same, one for each value of {@code label}. */
    public Metric by(String label) {
        return new Metric(group, name, kind, meaning, each, label, bounds, alarm);
    }

    /** The same, as an alarm. */
    public Metric asAlarm() {
        return new Metric(group, name, kind, meaning, each, by, bounds, true);
    }

    /** As the pages name it: {@code admit.rejected.<CODE>}, {@code infer.model.<MODEL>.rows}. */
    public String label() {
        String label = by.isEmpty() ? "" : by + ".<" + by.toUpperCase(Locale.ROOT) + ">.";
        return group + "." + label + name + (each.isEmpty() ? "" : ".<" + each + ">");
    }
}
