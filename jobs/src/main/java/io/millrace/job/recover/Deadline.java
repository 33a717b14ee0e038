package io.millrace.job.recover;

import io.millrace.job.recover.rows.RowCursor;
import io.millrace.job.recover.rows.RowReader;
import io.millrace.unit.Hex;

/** Until when a copy of a charged request can come, unix ms. */
record Deadline(long millis, String requesterAddress, String requestId, long debitNano) {

    private static final int ID_BYTES = 32;

    /** In the row there. */
    static Deadline at(RowCursor row) {
        RowReader key = new RowReader(row.key());
        key.code();
        return new Deadline(
                key.number(),
                key.text(),
                Hex.encode(key.raw(ID_BYTES)),
                new RowReader(row.value()).number());
    }
}
