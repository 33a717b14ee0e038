package io.millrace.allocate;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Task;

/**
 * A task on its way to a subtask of inference.
 *
 * @param subtask index of it, from 0
 */
public record Allocation(int subtask, Task task) {

    public Allocation {
        requireNonNull(task, "task is null");
        if (subtask < 0) {
            throw new IllegalArgumentException("subtask " + subtask + " is negative");
        }
    }
}
