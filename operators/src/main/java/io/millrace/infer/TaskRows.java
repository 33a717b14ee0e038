package io.millrace.infer;

import io.millrace.admit.Task;
import java.util.ArrayList;
import java.util.List;

/** The texts of a task as the model reads them. */
final class TaskRows {

    private TaskRows() {}

    /**
     * Token ids of each text, after those of the query if there is one.
     *
     * @param maxTokens of a row
     * @throws IllegalArgumentException if they are not as many as were admitted, or too many in a
     *     row, or the tokenizer fails
     */
    static List<long[]> of(Task task, RowTokenizer tokenizer, int maxTokens) {
        List<long[]> rows = new ArrayList<>(task.texts().size());
        int units = 0;
        int longest = 0;
        try {
            for (String text : task.texts()) {
                long[] row =
                        task.query().isEmpty()
                                ? tokenizer.tokens(text)
                                : tokenizer.tokens(task.query(), text);
                units += row.length;
                longest = Math.max(longest, row.length);
                rows.add(row);
            }
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "the tokenizer fails on this input: " + e.getMessage(), e);
        }
        if (units != task.terms().units() || longest > maxTokens) {
            throw new IllegalArgumentException(
                    "this node counts %d tokens, %d in the longest text, where %d were admitted and the model takes %d a text"
                            .formatted(units, longest, task.terms().units(), maxTokens));
        }
        return rows;
    }
}
