package io.millrace.local.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The figures of one benchmark. Used by one thread. */
public final class BenchReport {

    private final String name;
    private final String device;
    private final List<Row> rows = new ArrayList<>();

    /**
     * Without figures yet.
     *
     * @param device what computed
     */
    public BenchReport(String name, String device) {
        this.name = name;
        this.device = device;
    }

    /** What a figure should be. */
    public enum Bound {
        AT_LEAST,
        AT_MOST
    }

    /**
     * One figure.
     *
     * @param baseline what it is compared with, from the same run; null if with nothing
     * @param target what its ratio, or without a baseline its value, should be; null if nothing is
     *     asked
     */
    public record Row(
            String metric,
            double value,
            String unit,
            @Nullable Double baseline,
            @Nullable Bound bound,
            @Nullable Double target) {

        /** Value over baseline; null without one. */
        public @Nullable Double ratio() {
            return baseline == null ? null : value / baseline;
        }

        /** Whether the target is reached; null without one. */
        public @Nullable Boolean met() {
            if (target == null) {
                return null;
            }
            Double ratio = ratio();
            double compared = ratio == null ? value : ratio;
            return bound == Bound.AT_LEAST ? compared >= target : compared <= target;
        }

        private String line() {
            Double ratio = ratio();
            StringBuilder line =
                    new StringBuilder(
                            String.format(
                                    Locale.ROOT, "%-62s %12s %s", metric, number(value), unit));
            if (ratio != null) {
                line.append(
                        String.format(
                                Locale.ROOT, "  (%s beside it: x %.2f)", number(baseline), ratio));
            }
            if (target != null) {
                line.append(bound == Bound.AT_LEAST ? "  wanted >= " : "  wanted <= ")
                        .append(number(target))
                        .append(Boolean.TRUE.equals(met()) ? "" : "  MISSED");
            }
            return line.toString();
        }

        private static String number(@Nullable Double value) {
            double shown = value == null ? Double.NaN : value;
            return Math.abs(shown) >= 100
                    ? String.format(Locale.ROOT, "%,.0f", shown)
                    : String.format(Locale.ROOT, "%.3f", shown);
        }
    }

    /** A figure that stands alone. */
    public void add(String metric, double value, String unit) {
        rows.add(new Row(metric, value, unit, null, null, null));
    }

    /** A figure that should be something. */
    public void add(String metric, double value, String unit, Bound bound, double target) {
        rows.add(new Row(metric, value, unit, null, bound, target));
    }

    /** A figure beside another of the same run. */
    public void addBeside(String metric, double value, String unit, double baseline) {
        rows.add(new Row(metric, value, unit, baseline, null, null));
    }

    /** A figure whose ratio to another of the same run should be something. */
    public void addBeside(
            String metric, double value, String unit, double baseline, Bound bound, double target) {
        rows.add(new Row(metric, value, unit, baseline, bound, target));
    }

    public List<Row> rows() {
        return List.copyOf(rows);
    }

    /** For people. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(name + " on " + device);
        rows.forEach(row -> lines.add("  " + row.line()));
        return lines;
    }

    /** For programs. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", name).put("device", device);
        ArrayNode all = json.putArray("rows");
        for (Row row : rows) {
            all.addObject()
                    .put("metric", row.metric)
                    .put("value", row.value)
                    .put("unit", row.unit)
                    .put("baseline", row.baseline)
                    .put("ratio", row.ratio())
                    .put("target", row.target)
                    .put("met", row.met());
        }
        return json;
    }
}
