package io.millrace.infer.batch;

import java.util.ArrayList;
import java.util.List;

/** The batches that a model runs before its first task, so that costs are known from the start. */
public final class WarmUp {

    private static final int[] ROWS = {1, 4, 16};
    private static final int SHORT = 16;
    private static final int MEDIUM = 64;

    /** Padded tokens of one batch beyond which a warm-up would keep a CPU too long. */
    private static final int MOST_TOKENS = 512;

    private WarmUp() {}

    /** A batch of {@code rows} that all have {@code length} tokens. */
    public record Shape(int rows, int length) {}

    /** Few and long rows, many and short ones: enough to tell launch, tokens and squares apart. */
    public static List<Shape> shapes(BatchScheduler.Limits limits) {
        List<Shape> shapes = new ArrayList<>();
        for (int length :
                List.of(
                        Math.min(SHORT, limits.longestRow()),
                        Math.min(MEDIUM, limits.longestRow()),
                        limits.longestRow())) {
            for (int rows : ROWS) {
                Shape shape = new Shape(rows, length);
                boolean small = rows == 1 || rows * length <= MOST_TOKENS;
                boolean allowed = rows <= limits.maxRows() && rows * length <= limits.maxTokens();
                if (small && allowed && !shapes.contains(shape)) {
                    shapes.add(shape);
                }
            }
        }
        return shapes;
    }
}
