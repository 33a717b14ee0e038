package io.millrace.admit;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One record of the request topic, undecoded.
 *
 * @param topicPartition partition of the request topic
 * @param offset in that partition
 * @param appendMillis broker append time, unix milliseconds: the only clock of admission
 * @param tick a clock record of the job itself, without request
 * @param value bytes as produced, null if none
 */
public record RequestRecord(
        int topicPartition, long offset, long appendMillis, boolean tick, byte @Nullable [] value) {

    @Override
    public boolean equals(Object other) {
        return other instanceof RequestRecord o
                && topicPartition == o.topicPartition
                && offset == o.offset
                && appendMillis == o.appendMillis
                && tick == o.tick
                && Arrays.equals(value, o.value);
    }

    @Override
    public int hashCode() {
        return Objects.hash(topicPartition, offset, appendMillis);
    }

    @Override
    public String toString() {
        return "RequestRecord[" + topicPartition + "@" + offset + (tick ? " tick]" : "]");
    }
}
