package io.millrace.chain.submit.backlog;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Nano;
import org.jspecify.annotations.Nullable;

/**
 * Parts that follow each other in the epoch log, by the ends: what a checkpoint keeps of them.
 *
 * @param first and last: both included
 * @param parts how many
 * @param sumNano of what they settle, nano-USD
 */
public record PartRange(PartPlace first, PartPlace last, long parts, long sumNano) {

    public PartRange {
        requireNonNull(first, "first is null");
        requireNonNull(last, "last is null");
        Nano.requireNotNegative(sumNano, "sumNano");
    }

    /** Of one part. */
    public static PartRange of(LoggedPart logged) {
        PartPlace place = PartPlace.of(logged);
        return new PartRange(place, place, 1, logged.part().header().partSumNano());
    }

    /** {@code before}, if any, and {@code after} behind it, if any. */
    public static @Nullable PartRange join(@Nullable PartRange before, @Nullable PartRange after) {
        if (before == null || after == null) {
            return before == null ? after : before;
        }
        return new PartRange(
                before.first,
                after.last,
                before.parts + after.parts,
                Nano.add(before.sumNano, after.sumNano));
    }

    /** What is left of it from {@code from} on, once {@code taken} parts before it are gone. */
    PartRange from(LoggedPart from, int taken, long takenNano) {
        return new PartRange(
                PartPlace.of(from),
                last,
                Math.max(1, parts - taken),
                Math.max(0, sumNano - takenNano));
    }
}
