package io.millrace.chain.deploy;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Until a block is final, which takes an L2 from seconds to a good hour: tells how far it is while
 * it moves, and what to look at when it does not.
 */
final class FinalityWait {

    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(15);

    /** L1 epochs, with which most L2 finalise, take 6.4 minutes each. */
    private static final long STILL_NANOS = TimeUnit.MINUTES.toNanos(20);

    private final long wanted;
    private final Consumer<String> progress;
    private long newest = -1;
    private long movedNanos;
    private long toldNanos;

    /**
     * Begins now.
     *
     * @param wanted block that is to be final
     */
    FinalityWait(long wanted, Consumer<String> progress, long nowNanos) {
        this.wanted = wanted;
        this.progress = progress;
        movedNanos = nowNanos;
        toldNanos = nowNanos;
        progress.accept("waits until block %d is final".formatted(wanted));
    }

    /**
     * Whether it is over.
     *
     * @param finalBlock the newest that is final now
     */
    boolean isOver(long finalBlock, long nowNanos) {
        if (finalBlock >= wanted) {
            return true;
        }
        if (finalBlock != newest) {
            newest = finalBlock;
            movedNanos = nowNanos;
        }
        if (nowNanos - toldNanos >= TELL_NANOS) {
            toldNanos = nowNanos;
            progress.accept(text(nowNanos - movedNanos));
        }
        return false;
    }

    private String text(long stillNanos) {
        String far =
                "block %d is final, %d before block %d".formatted(newest, wanted - newest, wanted);
        return stillNanos < STILL_NANOS
                ? far
                : ("%s, and has been the newest for %d minutes: see whether the node follows its"
                       + " chain, and the chain its L1; or end this and run it again with a"
                       + " --chain.finality that the chain keeps, all that is deployed stays")
                        .formatted(far, TimeUnit.NANOSECONDS.toMinutes(stillNanos));
    }
}
