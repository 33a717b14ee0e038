package io.millrace.settle.marks;

import io.millrace.settle.marks.MarkLog.Look;
import io.millrace.settle.marks.MarkLog.Question;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the marks that completed checkpoints promise until all are seen, one look after the
 * other. Called by the task's thread, {@link #unseenMillis} by any.
 */
public final class MarkWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MarkWatch.class);

    private final MarkLog log;
    private final String writer;
    private final AwaitedMarks marks;
    private @Nullable Question asked;
    private @Nullable CompletableFuture<Look> looking;
    private long askedMillis;
    private boolean failing;
    private volatile long unseenSinceMillis;

    /**
     * @param writer the run of the job whose marks count
     * @param sinks names of the subtasks that write each mark
     */
    public MarkWatch(MarkLog log, String writer, List<String> sinks) {
        this.log = log;
        this.writer = writer;
        this.marks = new AwaitedMarks(sinks, log.boundMillis(), 0);
    }

    /** The marks of a checkpoint are about to leave. */
    public void sent(long checkpoint) {
        marks.sent(checkpoint);
    }

    /** A checkpoint has completed. */
    public void completed(long checkpoint, long nowMillis) {
        marks.completed(checkpoint, nowMillis);
    }

    /**
     * Takes what the last look has shown, and looks again if anything is awaited.
     *
     * @throws LostMarkException if something promised will never come
     */
    public void check(long nowMillis) throws LostMarkException {
        CompletableFuture<Look> last = looking;
        Question question = asked;
        if (last != null && question != null) {
            if (!last.isDone()) {
                return;
            }
            looking = null;
            take(last, question);
        }
        boolean complete = marks.awaited().isEmpty();
        unseenSinceMillis = complete ? 0 : marks.oldestMillis(nowMillis);
        if (!complete) {
            Question next = new Question(writer, marks.awaited(), marks.from());
            asked = next;
            askedMillis = nowMillis;
            looking = log.look(next);
        }
    }

    private void take(CompletableFuture<Look> done, Question question) throws LostMarkException {
        try {
            marks.update(done.join(), question.awaited(), askedMillis);
            failing = false;
        } catch (CompletionException e) {
            if (!failing) {
                LOG.warn("the marks of completed checkpoints cannot be read now; tried again", e);
            }
            failing = true;
        }
        List<SinkMark> unproven = marks.takeUnproven();
        if (!unproven.isEmpty()) {
            LOG.warn(
                    "the marks {} were compacted away before they were seen, so their commits are"
                            + " not proven; give settlement.checkpoints a longer"
                            + " min.compaction.lag.ms",
                    unproven);
        }
    }

    /** Whether there is anything to check. */
    public boolean isWaiting() {
        return !marks.awaited().isEmpty();
    }

    /** How long ago the oldest checkpoint completed whose marks have not all been seen, or 0. */
    public long unseenMillis(long nowMillis) {
        long since = unseenSinceMillis;
        return since == 0 ? 0 : Math.max(0, nowMillis - since);
    }

    @Override
    public void close() {
        log.close();
    }
}
