package io.millrace.infer;

import io.millrace.admit.Task;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tasks whose model is not open here yet, by their number, in which they came. For the mailbox
 * thread alone, but for {@link #size}.
 */
final class WaitingTasks {

    private final LinkedHashMap<Long, Task> tasks = new LinkedHashMap<>();
    private long tokens;

    void add(long number, Task task) {
        tasks.put(number, task);
        tokens += task.terms().units();
    }

    void remove(long number) {
        Task task = tasks.remove(number);
        if (task != null) {
            tokens -= task.terms().units();
        }
    }

    /** Tokens of all of them. */
    long tokens() {
        return tokens;
    }

    int size() {
        return tasks.size();
    }

    /** The least of their numbers; Long.MAX_VALUE if there is none. */
    long oldest() {
        return tasks.isEmpty() ? Long.MAX_VALUE : tasks.keySet().iterator().next();
    }

    Collection<Task> tasks() {
        return tasks.values();
    }

    /** As they are now, so that some can be removed meanwhile. */
    List<Map.Entry<Long, Task>> entries() {
        return List.copyOf(tasks.entrySet());
    }
}
