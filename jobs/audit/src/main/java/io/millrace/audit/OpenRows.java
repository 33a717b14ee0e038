package io.millrace.audit;

import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.Rows.EpochRows;
import io.millrace.audit.Rows.EpochRows.Settled;
import io.millrace.audit.Rows.IdRows;
import io.millrace.audit.Rows.RequestRows;
import io.millrace.audit.sort.RowReader;
import io.millrace.audit.sort.RowWriter;
import java.io.IOException;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The rows that an anchor carries: whatever is not in a closed epoch, and the ids of charges that
 * could still be charged again. Writing and reading mirror each other.
 */
final class OpenRows {

    private final Anchor.@Nullable Writer out;
    private final AnchorState before;
    private final long closedEpoch;
    private final long floorMillis;

    /**
     * @param out null if no anchor is written
     * @param floorMillis ids whose deadline is before it are forgotten
     */
    OpenRows(Anchor.@Nullable Writer out, AnchorState before, long closedEpoch, long floorMillis) {
        this.out = out;
        this.before = before;
        this.closedEpoch = closedEpoch;
        this.floorMillis = floorMillis;
    }

    boolean isClosed(long epoch) {
        return epoch <= closedEpoch;
    }

    void epoch(EpochRows epoch) {
        if (out == null || isClosed(epoch.epoch())) {
            return;
        }
        epoch.logged()
                .forEach(
                        one -> {
                            RowWriter row = new RowWriter();
                            RowCodec.put(row, one);
                            out.row(Anchor.SEALED, row.row());
                        });
        epoch.settled()
                .forEach(
                        settled -> {
                            RowWriter row = new RowWriter().hex(settled.hash());
                            RowCodec.put(row, settled.part());
                            out.row(Anchor.SETTLED, row.row());
                        });
    }

    void request(RequestRows rows) {
        if (out == null || rows.request() == null) {
            return;
        }
        SignedRequest signed = rows.request().signed();
        if (!rows.isClosed(closedEpoch)) {
            RowWriter row = new RowWriter();
            RowCodec.put(row, rows.request());
            out.row(Anchor.REQUEST, row.row());
        } else if (signed != null) {
            for (Charge charge : rows.charges()) {
                charged(charge.requestId(), signed.deadlineMillis());
            }
        }
    }

    void id(IdRows rows) {
        if (out == null || rows.chargedBefore() || rows.isClosed(closedEpoch)) {
            return;
        }
        rows.charges()
                .forEach(
                        charge -> {
                            RowWriter row = new RowWriter();
                            RowCodec.put(row, charge);
                            out.row(Anchor.CHARGE, row.row());
                        });
        rows.results()
                .forEach(
                        result -> {
                            RowWriter row = new RowWriter();
                            RowCodec.put(row, result);
                            out.row(Anchor.RESULT, row.row());
                        });
        rows.receipts()
                .forEach(
                        receipt -> {
                            RowWriter row = new RowWriter();
                            RowCodec.put(row, receipt);
                            out.row(Anchor.RECEIPT, row.row());
                        });
        rows.evidence()
                .forEach(
                        evidence -> {
                            RowWriter row = new RowWriter();
                            RowCodec.put(row, evidence);
                            out.row(Anchor.EVIDENCE, row.row());
                        });
    }

    private void charged(String requestId, BigInteger deadlineMillis) {
        if (out != null && deadlineMillis.compareTo(BigInteger.valueOf(floorMillis)) >= 0) {
            out.row(Anchor.CHARGED, new RowWriter().amount(deadlineMillis).hex(requestId).row());
        }
    }

    /** Puts the rows of {@code anchor} back, and carries on the ids that are not out of date. */
    void restore(Anchor anchor, RowStore store, int shardDepth) throws IOException {
        anchor.rows(
                (kind, bytes) -> {
                    RowReader row = new RowReader(bytes);
                    switch (kind) {
                        case Anchor.REQUEST -> store.request(RowCodec.request(row));
                        case Anchor.CHARGE -> store.charge(RowCodec.charge(row));
                        case Anchor.RESULT -> store.result(RowCodec.result(row));
                        case Anchor.RECEIPT -> store.receipt(RowCodec.receipt(row), shardDepth);
                        case Anchor.EVIDENCE -> store.evidence(RowCodec.evidence(row));
                        case Anchor.SEALED -> store.sealed(RowCodec.sealed(row));
                        case Anchor.SETTLED ->
                                store.settled(new Settled(row.hex(32), RowCodec.part(row)));
                        case Anchor.CHARGED -> {
                            BigInteger deadlineMillis = row.amount();
                            String requestId = row.hex(32);
                            store.chargedBefore(requestId);
                            charged(requestId, deadlineMillis);
                        }
                        default ->
                                throw Anchor.refused(
                                        "with the block " + before.block(),
                                        "it has a row of the unknown kind " + kind);
                    }
                });
    }
}
