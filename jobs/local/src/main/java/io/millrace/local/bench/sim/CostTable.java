package io.millrace.local.bench.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How long a device takes for a batch, from measured batches: for each measured length a curve over
 * padded tokens, straight between its points, in proportion beyond the last and flat before the
 * first. Lengths between two curves lie between them; shorter ones are as dear a token as the
 * shortest curve, longer ones as the longest.
 */
public final class CostTable {

    private final String device;
    private final NavigableMap<Integer, NavigableMap<Long, Double>> curves = new TreeMap<>();

    /** Of CSV lines {@code rows,length,millis}. */
    CostTable(String device, List<String> lines) {
        this.device = device;
        for (String line : lines) {
            String[] cells = line.split(",");
            int length = Integer.parseInt(cells[1]);
            curves.computeIfAbsent(length, key -> new TreeMap<>())
                    .put(
                            Long.parseLong(cells[0]) * length,
                            Double.parseDouble(cells[2]) * 1_000_000);
        }
    }

    /** The table {@code bench/cost-DEVICE.csv} of the classpath. */
    public static CostTable of(String device) {
        List<String> lines = Resource.lines("cost-" + device + ".csv");
        return new CostTable(device, new ArrayList<>(lines.subList(1, lines.size())));
    }

    public String device() {
        return device;
    }

    /** Time of {@code rows} padded to {@code length} tokens. */
    public long nanos(int rows, int length) {
        long tokens = (long) rows * length;
        Map.Entry<Integer, NavigableMap<Long, Double>> below = curves.floorEntry(length);
        Map.Entry<Integer, NavigableMap<Long, Double>> above = curves.ceilingEntry(length);
        if (below == null || above == null) {
            return (long) on((below == null ? curves.firstEntry() : curves.lastEntry()), tokens);
        }
        double low = on(below, tokens);
        double high = on(above, tokens);
        int span = above.getKey() - below.getKey();
        double share = span == 0 ? 0 : (length - below.getKey()) / (double) span;
        return (long) (low + (high - low) * share);
    }

    private static double on(Map.Entry<Integer, NavigableMap<Long, Double>> entry, long tokens) {
        NavigableMap<Long, Double> curve = entry.getValue();
        Map.Entry<Long, Double> below = curve.floorEntry(tokens);
        Map.Entry<Long, Double> above = curve.ceilingEntry(tokens);
        if (below == null) {
            return curve.firstEntry().getValue();
        }
        if (above == null) {
            return below.getValue() * tokens / below.getKey();
        }
        long span = above.getKey() - below.getKey();
        double share = span == 0 ? 0 : (tokens - below.getKey()) / (double) span;
        return below.getValue() + (above.getValue() - below.getValue()) * share;
    }
}
