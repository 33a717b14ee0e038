package io.millrace.infer.batch;

import static java.util.Objects.requireNonNull;

/**
 * A row that waits to be run in a batch.
 *
 * @param id unique among waiting rows
 * @param tokens its length
 * @param deadlineMillis unix ms after which no answer is wanted
 * @param requesterAddress who pays
 * @param enqueuedNanos when it came, on the clock that next() is given
 */
public record BatchRow(
        long id, int tokens, long deadlineMillis, String requesterAddress, long enqueuedNanos) {

    public BatchRow {
        requireNonNull(requesterAddress, "requesterAddress is null");
    }
}
