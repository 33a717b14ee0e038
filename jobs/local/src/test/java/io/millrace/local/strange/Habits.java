package io.millrace.local.strange;

import static java.util.Objects.requireNonNull;

import java.util.Random;

/**
 * What a provider does not do, and how it says so.
 *
 * @param widestRange blocks of one eth_getLogs
 * @param range how more are refused
 * @param longestBatch calls of one batch
 * @param batch what becomes of a longer one
 * @param longBatch how it is refused, if it is
 * @param unordered whether the answers of a batch come in any order
 * @param tipWei what it suggests for a tip, of which it may not know
 * @param noTip how it says that it knows none, {@code suggestsTip} apart
 * @param suggestsTip and
 * @param knowsFees whether it has eth_maxPriorityFeePerGas, and eth_feeHistory
 * @param gasPercent its first estimates of gas, of the truth
 * @param lowEstimates how many they are
 * @param gas how a transaction with too little of it is refused
 * @param send how it says that it has a transaction, or has mined it
 * @param unsure whether it says so the first time, too
 * @param nulls how often it does not know of a receipt that it has
 * @param hasTags whether it knows which blocks are final
 * @param noTag how it says that it does not, for good, or at first
 * @param failPercent of its calls fail for no reason
 * @param callsAtOnce after which it wants to be left alone
 * @param restSeconds for so long
 * @param delayMillis before an answer, at most, ten times that now and then
 */
public record Habits(
        int widestRange,
        Refusal range,
        int longestBatch,
        LongBatch batch,
        Refusal longBatch,
        boolean unordered,
        long tipWei,
        Refusal noTip,
        boolean suggestsTip,
        boolean knowsFees,
        int gasPercent,
        int lowEstimates,
        Refusal gas,
        Refusal send,
        boolean unsure,
        int nulls,
        boolean hasTags,
        Refusal noTag,
        int failPercent,
        int callsAtOnce,
        int restSeconds,
        int delayMillis) {

    private static final long GWEI = 1_000_000_000;

    /** Calls above the longest batch. */
    enum LongBatch {
        CUT,
        REFUSED,
        /** Answered to nobody: their ids are missing. */
        NAMELESS
    }

    /** Whatever the provider refuses, it does so in some way. */
    public Habits {
        requireNonNull(batch, "batch is null");
        if (widestRange < 1 || longestBatch < 1 || failPercent > 20) {
            throw new IllegalArgumentException("nobody can work with such a provider");
        }
    }

    /** Drawn anew for each seed. */
    public static Habits of(long seed) {
        Random random = new Random(seed);
        return new Habits(
                1 + random.nextInt(50),
                Refusal.any(random),
                1 + random.nextInt(30),
                LongBatch.values()[random.nextInt(LongBatch.values().length)],
                Refusal.any(random),
                random.nextBoolean(),
                (1 + random.nextInt(500)) * GWEI,
                Refusal.any(random),
                random.nextInt(3) > 0,
                random.nextBoolean(),
                50 + random.nextInt(50),
                random.nextInt(3),
                Refusal.any(random),
                Refusal.spoken(random),
                random.nextBoolean(),
                random.nextInt(4),
                random.nextInt(3) > 0,
                Refusal.spoken(random),
                random.nextInt(6),
                200 + random.nextInt(400),
                1 + random.nextInt(2),
                random.nextInt(40));
    }

    /** Whether its tip is more than is ever offered. */
    public boolean talksTipsUp() {
        return suggestsTip && tipWei > 2 * GWEI;
    }
}
