package io.millrace.metrics;

import static java.util.Objects.requireNonNull;

/**
 * A metric that an operator reports. Every one is a constant; jobs/RUNBOOK.md shows all of them.
 *
 * @param group below the operator's own, as {@code admit}
 * @param name within the group; ends in the unit
 * @param kind how Flink keeps it
 * @param meaning what is counted or measured, a clause
 * @param each if there is one for each of several things, what they are, as {@code CODE}; else
 *     empty
 * @param alarm whether a person may have to act on it; the runbook says when and how
 */
public record Metric(
        String group, String name, Kind kind, String meaning, String each, boolean alarm) {

    /** How Flink keeps a metric. */
    public enum Kind {
        /** Only rises, from 0 at each start. */
        COUNTER,
        /** A value of now. */
        GAUGE
    }

    public Metric {
        requireNonNull(group, "group is null");
        requireNonNull(name, "name is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(meaning, "meaning is null");
        requireNonNull(each, "each is null");
    }

    /** Something that only rises. */
    public static Metric counter(String group, String name, String meaning) {
        return new Metric(group, name, Kind.COUNTER, meaning, "", false);
    }

    /** A value of now. */
    public static Metric gauge(String group, String name, String meaning) {
        return new Metric(group, name, Kind.GAUGE, meaning, "", false);
    }

    /** The same, one for each {@code what}. */
    public Metric each(String what) {
        return new Metric(group, name, kind, meaning, what, alarm);
    }

    /** The same, as an alarm. */
    public Metric asAlarm() {
        return new Metric(group, name, kind, meaning, each, true);
    }

    /** As the pages name it: {@code admit.rejected.<CODE>}. */
    public String label() {
        return group + "." + name + (each.isEmpty() ? "" : ".<" + each + ">");
    }
}
