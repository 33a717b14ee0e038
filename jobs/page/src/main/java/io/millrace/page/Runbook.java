package io.millrace.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the runbook says of each alarm. It is packed with the page, so the two are of one build. */
final class Runbook {

    private static final String FILE = "RUNBOOK.md";
    private static final String SECTION = "## Alarms";
    private static final Pattern ROW = Pattern.compile("\\| (`.+) \\| (.+) \\| (.+) \\| (.+) \\|");
    private static final Pattern METRIC = Pattern.compile("`([\\w.]+)`");
    private static final Pattern LINK = Pattern.compile("\\[([^]]+)]\\([^)]*\\)");
    private static final Pattern ONE_VALUE = Pattern.compile("(\\d+)\\b(?! minute| checkpoint).*");

    private final List<Entry> entries;

    private Runbook(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * One row, without its marks.
     *
     * @param metrics with their group, as {@code submit.waiting}
     * @param when as the runbook puts it
     */
    record Entry(List<String> metrics, String when, String meaning, String remedy) {

        private boolean isOf(String metric, long value) {
            if (!metrics.contains(metric)) {
                return false;
            }
            Matcher one = ONE_VALUE.matcher(when);
            return one.matches() && Long.parseLong(one.group(1)) == value;
        }
    }

    /** As it was packed. */
    static Runbook load() throws IOException {
        try (InputStream in = Runbook.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IOException(FILE + " is not in the page's jar; build it with Maven");
            }
            return of(new String(in.readAllBytes(), UTF_8));
        }
    }

    static Runbook of(String markdown) {
        int begin = markdown.indexOf(SECTION);
        int end = begin < 0 ? -1 : markdown.indexOf("\n## ", begin + 1);
        String section =
                begin < 0 ? "" : markdown.substring(begin, end < 0 ? markdown.length() : end);
        List<Entry> entries = new ArrayList<>();
        section.lines()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .forEach(
                        row ->
                                entries.add(
                                        new Entry(
                                                metrics(row.group(1)),
                                                plain(row.group(2)),
                                                plain(row.group(3)),
                                                plain(row.group(4)))));
        return new Runbook(List.copyOf(entries));
    }

    List<Entry> entries() {
        return entries;
    }

    /** The row of a metric at that value; null if the runbook has none of the metric. */
    @Nullable Entry entry(String metric, long value) {
        Entry any = null;
        for (Entry entry : entries) {
            if (entry.isOf(metric, value)) {
                return entry;
            }
            if (any == null && entry.metrics().contains(metric)) {
                any = entry;
            }
        }
        return any;
    }

    /** The first has its group, and those after it in the cell are of the same. */
    private static List<String> metrics(String cell) {
        List<String> metrics = new ArrayList<>();
        String group = "";
        for (Matcher names = METRIC.matcher(cell); names.find(); ) {
            String name = names.group(1);
            if (metrics.isEmpty()) {
                group = name.substring(0, name.indexOf('.') + 1);
            }
            metrics.add(name.startsWith(group) ? name : group + name);
        }
        return List.copyOf(metrics);
    }

    private static String plain(String cell) {
        return LINK.matcher(cell).replaceAll("$1").replace("`", "").replace("\\|", "|");
    }
}
