package io.millrace.infer;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.jspecify.annotations.Nullable;

/** Watermarks that wait for what came before them, in their order. */
final class HeldWatermarks {

    /** {@code before} is the number of the first task that came after it. */
    private record Held(Watermark mark, long before) {}

    private final Deque<Held> held = new ArrayDeque<>();

    /** Holds {@code mark} until no task below number {@code before} is left. */
    void hold(Watermark mark, long before) {
        Held last = held.peekLast();
        if (last != null && last.before == before) {
            held.removeLast(); // no task came between the two: the later one says it all
        }
        held.addLast(new Held(mark, before));
    }

    /** The next that may leave when {@code oldest} is the least number left; null if none may. */
    @Nullable Watermark next(long oldest) {
        Held first = held.peekFirst();
        return first != null && first.before <= oldest ? held.removeFirst().mark : null;
    }
}
