package io.millrace.settle.marks;

import static java.util.Objects.requireNonNull;

/**
 * That one subtask of a sink has committed one checkpoint.
 *
 * @param sink name of the subtask
 */
public record SinkMark(String sink, long checkpoint) {

    public SinkMark {
        requireNonNull(sink, "sink is null");
    }
}
