package io.millrace.local.chaos.proxy;

import static java.util.Objects.requireNonNull;

import java.util.Random;

/**
 * What a provider does not do, and says so in its own words.
 *
 * @param widestRange blocks of one eth_getLogs
 * @param longestBatch calls of one batch
 * @param isCut whether the calls above that are left away in silence, or the batch refused whole
 * @param tipWei what it suggests for a tip
 * @param gasPercent what it says a call needs, of the truth; at least 100
 * @param code of its errors
 * @param words of its errors
 */
public record Limits(
        int widestRange,
        int longestBatch,
        boolean isCut,
        long tipWei,
        int gasPercent,
        int code,
        String words) {

    private static final long GWEI = 1_000_000_000;

    public Limits {
        requireNonNull(words, "words is null");
        if (widestRange < 1 || longestBatch < 1 || gasPercent < 100) {
            throw new IllegalArgumentException(
                    "a node with ranges of %d, batches of %d and %d %% of the gas answers nothing; give 1, 1 and 100 at least"
                            .formatted(widestRange, longestBatch, gasPercent));
        }
    }

    /** Any: the words are none that somebody has thought of. */
    public static Limits of(long seed) {
        Random random = new Random(seed);
        return new Limits(
                1 + random.nextInt(4),
                1 + random.nextInt(12),
                random.nextBoolean(),
                (5 + random.nextInt(600)) * GWEI,
                100 + random.nextInt(60),
                -32_000 - random.nextInt(100),
                word(random) + " " + word(random) + " " + word(random));
    }

    @Override
    public String toString() {
        return "%d blocks, %s %d, %d gwei"
                .formatted(widestRange, isCut ? "cut" : "batch", longestBatch, tipWei / GWEI);
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        int letters = 3 + random.nextInt(7);
        for (int i = 0; i < letters; i++) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }
}
