package io.millrace.settle;

import io.millrace.settle.HiddenRecords.StandStill;
import io.millrace.settle.LedgerTail.Ends;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls the ledger's tail with each completed checkpoint, and takes what the poll before it has
 * shown. Called by the task's thread, {@link #hiddenMillis} by any.
 */
final class LedgerWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerWatch.class);

    /** A commit may come a checkpoint late, a restarted broker a few. */
    private static final int POLLS_BELIEVED = 6;

    private final LedgerTail tail;
    private final HiddenRecords hidden = new HiddenRecords();
    private @Nullable CompletableFuture<Map<String, Ends>> polling;
    private long polledMillis;
    private boolean warned;
    private volatile long hiddenSinceMillis;

    LedgerWatch(LedgerTail tail) {
        this.tail = tail;
    }

    /** A checkpoint has completed. */
    void completed(long nowMillis) {
        CompletableFuture<Map<String, Ends>> last = polling;
        if (last != null && !last.isDone()) {
            return;
        }
        if (last != null && !last.isCompletedExceptionally()) {
            hidden.update(last.join(), polledMillis);
            StandStill longest = hidden.longest();
            hiddenSinceMillis = longest == null ? 0 : longest.sinceMillis();
            log(longest, nowMillis);
        }
        polledMillis = nowMillis;
        polling = tail.poll();
    }

    /** For how long the records have been hidden that have been so for longest, 0 if none is. */
    long hiddenMillis(long nowMillis) {
        long since = hiddenSinceMillis;
        return since == 0 ? 0 : Math.max(0, nowMillis - since);
    }

    private void log(@Nullable StandStill longest, long nowMillis) {
        boolean hangs = longest != null && longest.polls() >= POLLS_BELIEVED;
        if (hangs && !warned && longest != null) {
            LOG.warn(
                    "records of {} from offset {} on have been hidden for {} ms although"
                            + " checkpoints complete: a Kafka transaction hangs, see"
                            + " kafka-transactions.sh find-hanging",
                    longest.partition(),
                    longest.visible(),
                    nowMillis - longest.sinceMillis());
        }
        warned = hangs;
    }

    @Override
    public void close() {
        tail.close();
    }
}
