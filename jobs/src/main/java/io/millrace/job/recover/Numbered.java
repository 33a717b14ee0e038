package io.millrace.job.recover;

import io.millrace.job.recover.rows.RowCursor;
import io.millrace.job.recover.rows.RowReader;
import io.millrace.job.recover.rows.RowWriter;
import io.millrace.job.topic.JsonCodec;
import io.millrace.meter.Charge;
import io.millrace.settle.Receipt;
import io.millrace.settle.earned.EarnedBefore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The charges, and the receipts, of one number of one requester, as rows; of a right ledger it is
 * one charge, and one receipt once it is sealed.
 */
record Numbered(
        String requesterAddress, long sequence, List<byte[]> charges, List<byte[]> receipts) {

    static final int CHARGE = 0;
    static final int RECEIPT = 1;

    private static final int FRONT_BYTES = 4 * Long.BYTES + 2 * Integer.BYTES;

    /** Those at the row there; the cursor is behind them afterwards. */
    static Numbered at(RowCursor rows) {
        RowReader first = new RowReader(rows.key());
        first.code();
        Numbered numbered =
                new Numbered(first.text(), first.number(), new ArrayList<>(1), new ArrayList<>(1));
        byte[] key = rows.key();
        int length = key.length - first.rest().length;
        while (rows.isAtRow() && beginsWith(rows.key(), key, length)) {
            (rows.key()[length] == CHARGE ? numbered.charges : numbered.receipts).add(rows.value());
            rows.next();
        }
        return numbered;
    }

    private static boolean beginsWith(byte[] key, byte[] other, int length) {
        return key.length > length && Arrays.equals(key, 0, length, other, 0, length);
    }

    /** Of a receipt. */
    static byte[] row(Receipt receipt) {
        return new RowWriter()
                .number(receipt.epoch())
                .number(receipt.cut())
                .whole(receipt.shard())
                .whole(receipt.index())
                .number(receipt.earnedBefore().providerNano())
                .number(receipt.earnedBefore().treasuryNano())
                .raw(JsonCodec.encode(receipt.charge()))
                .row();
    }

    /** Of its row. */
    static Receipt receipt(byte[] row) throws IOException {
        RowReader reader = new RowReader(row);
        return new Receipt(
                reader.number(),
                reader.number(),
                reader.whole(),
                reader.whole(),
                new EarnedBefore(reader.number(), reader.number()),
                JsonCodec.decode(reader.rest(), Charge.class));
    }

    Charge charge(int number) throws IOException {
        return JsonCodec.decode(charges.get(number), Charge.class);
    }

    Receipt receipt(int number) throws IOException {
        return receipt(receipts.get(number));
    }

    /** Whether the first receipt holds the first charge; alike bytes need no look into them. */
    boolean isReceiptOfCharge() throws IOException {
        byte[] charge = charges.get(0);
        byte[] receipt = receipts.get(0);
        return Arrays.equals(charge, 0, charge.length, receipt, FRONT_BYTES, receipt.length)
                || receipt(0).charge().equals(charge(0));
    }
}
