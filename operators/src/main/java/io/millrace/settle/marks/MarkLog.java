package io.millrace.settle.marks;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Where the marks become visible, from where it was opened on. Asked one look at a time. */
public interface MarkLog extends AutoCloseable {

    /** Of a ledger in which all that is promised is seen at once. */
    MarkLog PROMPT =
            question ->
                    CompletableFuture.completedFuture(
                            new Look(Set.copyOf(question.awaited()), Map.of(), 0));

    /**
     * What to look for.
     *
     * @param writer the run whose marks count
     * @param awaited not seen yet
     * @param from offset before which none of them was written
     */
    record Question(String writer, Set<SinkMark> awaited, long from) {

        /** Checks and copies. */
        public Question {
            awaited = Set.copyOf(awaited);
        }
    }

    /**
     * What was there. Those written were looked for after those visible had been read.
     *
     * @param visible marks of the writer that have become visible since the look before
     * @param written offset of each awaited mark that was not visible and is stored all the same
     * @param end offset before which every transaction had ended when the visible were read
     */
    record Look(Set<SinkMark> visible, Map<SinkMark, Long> written, long end) {

        /** Checks and copies. */
        public Look {
            visible = Set.copyOf(visible);
            written = Map.copyOf(written);
        }
    }

    /** Looks without keeping the caller waiting; fails if the log cannot be read now. */
    CompletableFuture<Look> look(Question question);

    /** What was sent longer ago has been committed, or aborted by the brokers. */
    default long boundMillis() {
        return Long.MAX_VALUE;
    }

    @Override
    default void close() {}
}
