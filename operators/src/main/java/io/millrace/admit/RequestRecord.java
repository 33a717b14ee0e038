package io.millrace.admit;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One record of the request topic, undecoded.
 *
 * @param place in that topic
 * @param appendMillis broker append time, unix milliseconds: the only clock of admission
 * @param tick a clock record of the job itself, without request
 * @param value bytes as produced, null if none
 */
public record RequestRecord(
        RequestPlace place, long appendMillis, boolean tick, byte @Nullable [] value) {

    @Override
    public boolean equals(Object other) {
        return other instanceof RequestRecord o
                && place.equals(o.place)
                && appendMillis == o.appendMillis
                && tick == o.tick
                && Arrays.equals(value, o.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(place, appendMillis);
    }

    @Override
    public String toString() {
        return "RequestRecord[" + place + (tick ? " tick]" : "]");
    }
}
