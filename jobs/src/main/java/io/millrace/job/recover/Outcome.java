package io.millrace.job.recover;

import io.millrace.job.recover.rows.RowCursor;
import io.millrace.job.recover.rows.RowReader;
import io.millrace.unit.Hex;

/**
 * What became of the request at one place. Of one that was rejected only that is known.
 *
 * @param millis when its charge was written, -1 if that is not known
 * @param id of the request, 32 bytes
 */
record Outcome(
        long offset,
        boolean isCharge,
        long millis,
        long debitNano,
        byte[] id,
        String requesterAddress) {

    static final int CHARGED = 0;
    static final int REJECTED = 1;

    private static final int ID_BYTES = 32;

    /** In the row there. */
    static Outcome at(RowCursor row) {
        RowReader key = new RowReader(row.key());
        key.code();
        key.whole();
        long offset = key.number();
        if (key.code() == REJECTED) {
            return new Outcome(offset, false, -1, 0, new byte[0], "");
        }
        RowReader value = new RowReader(row.value());
        return new Outcome(
                offset, true, value.number(), value.number(), value.raw(ID_BYTES), value.text());
    }

    String requestId() {
        return Hex.encode(id);
    }
}
