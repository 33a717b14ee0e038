package io.millrace.job.recover;

import io.millrace.job.recover.rows.RowCursor;
import io.millrace.job.recover.rows.RowReader;
import io.millrace.settle.SumNode;

/**
 * A receipt as its epoch's tree has it, and whose it is.
 *
 * @param at where its record lies
 */
record SealedLeaf(
        long epoch,
        int shard,
        int index,
        RecordPlace at,
        SumNode node,
        long cut,
        String requesterAddress,
        long sequence) {

    private static final int HASH_BYTES = 32;

    /** In the row there. */
    static SealedLeaf at(RowCursor row) {
        RowReader key = new RowReader(row.key());
        key.code();
        RowReader value = new RowReader(row.value());
        return new SealedLeaf(
                key.number(),
                key.whole(),
                key.whole(),
                new RecordPlace(key.whole(), key.number()),
                new SumNode(value.raw(HASH_BYTES), value.number()),
                value.number(),
                value.text(),
                value.number());
    }

    /** Of the row there, the highest number if there is none. */
    static long epochAt(RowCursor row) {
        if (!row.isAtRow()) {
            return Long.MAX_VALUE;
        }
        RowReader key = new RowReader(row.key());
        key.code();
        return key.number();
    }
}
