package io.millrace.settle;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a state has sent with its checkpoint: one mark, through every transaction of it.
 *
 * @param mark NONE if nothing was sent
 * @param sinks names of the exactly-once sinks' subtasks then, each of which commits for itself
 */
public record SentMark(CheckpointMark mark, List<String> sinks) {

    /** Of a state that has sent none. */
    public static final SentMark NONE = new SentMark(CheckpointMark.NONE, List.of());

    /** Checks and copies. */
    public SentMark {
        requireNonNull(mark, "mark is null");
        sinks = List.copyOf(sinks);
    }
}
