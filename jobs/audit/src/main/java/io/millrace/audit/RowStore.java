package io.millrace.audit;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.Rejection;
import io.millrace.audit.KafkaBooks.Request;
import io.millrace.audit.KafkaBooks.Result;
import io.millrace.audit.KafkaBooks.Sealed;
import io.millrace.audit.Rows.EpochRows;
import io.millrace.audit.Rows.EpochRows.Settled;
import io.millrace.audit.Rows.IdRows;
import io.millrace.audit.Rows.RequestRows;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.sort.Cursor;
import io.millrace.audit.sort.ExternalSort;
import io.millrace.audit.sort.RowReader;
import io.millrace.audit.sort.RowWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was read, sorted on disk as the checks want to meet it: by position of the
 * request, by request id, by requester and number, by epoch. What lies in memory is bounded by the
 * buffers of these sorts, whatever the age of the ledger and the number of its partitions.
 */
final class RowStore implements AutoCloseable {

    private static final int SORTS = 5;
    private static final int REQUEST = 0;
    private static final int REJECTION = 1;
    private static final int CHARGE = 2;
    private static final int SEALED_IN = 3;
    private static final int CHARGED_BEFORE = 0;
    private static final int RESULT = 3;
    private static final int RECEIPT = 4;
    private static final int AWAITED = 5;
    private static final int EVIDENCE = 6;
    private static final int LOGGED = 0;
    private static final int SETTLED = 1;
    private static final int HASH = 32;
    private static final int ADDRESS = 20;

    private final ExternalSort positions;
    private final ExternalSort ids;
    private final ExternalSort sequences;
    private final ExternalSort receipts;
    private final ExternalSort parts;
    private @Nullable Header newest;

    /**
     * @param folder for what does not fit
     * @param memoryBytes that all buffers together may hold
     */
    RowStore(Path folder, long memoryBytes) {
        long each = memoryBytes / SORTS;
        positions = new ExternalSort(folder, 2 * Long.BYTES + 1, each);
        ids = new ExternalSort(folder, HASH + 1, each);
        sequences = new ExternalSort(folder, ADDRESS + Long.BYTES, each);
        receipts = new ExternalSort(folder, 4 * Long.BYTES, each);
        parts = new ExternalSort(folder, 2 * Long.BYTES + 1, each);
    }

    void request(Request request) {
        RowWriter row = at(request.at(), REQUEST);
        RowCodec.put(row, request);
        positions.add(row.row());
    }

    void rejection(Rejection rejection) {
        positions.add(at(rejection.at(), REJECTION).row());
    }

    void charge(Charge charge) {
        RowWriter byPosition = at(charge.at(), CHARGE);
        RowCodec.put(byPosition, charge);
        positions.add(byPosition.row());
        RowWriter byId = id(charge.requestId(), CHARGE);
        RowCodec.put(byId, charge);
        ids.add(byId.row());
    }

    void sequence(Charge charge) {
        sequences.add(
                new RowWriter().hex(charge.requesterAddress()).number(charge.sequence()).row());
    }

    void result(Result result) {
        RowWriter row = id(result.requestId(), RESULT);
        RowCodec.put(row, result);
        ids.add(row.row());
    }

    void evidence(Evidence evidence) {
        RowWriter row = id(evidence.requestId(), EVIDENCE);
        RowCodec.put(row, evidence);
        ids.add(row.row());
    }

    void receipt(Receipt receipt, int shardDepth) {
        Charge charge = receipt.charge();
        RowWriter byEpoch =
                new RowWriter()
                        .number(receipt.epoch())
                        .number(EpochChecks.shardOf(receipt, shardDepth))
                        .number(charge.requesterAccount())
                        .number(charge.sequence());
        RowCodec.put(byEpoch, receipt);
        receipts.add(byEpoch.row());
        RowWriter byId = id(charge.requestId(), RECEIPT);
        RowCodec.put(byId, receipt);
        ids.add(byId.row());
        positions.add(at(charge.at(), SEALED_IN).number(receipt.epoch()).row());
    }

    void sealed(Sealed sealed) {
        Header header = sealed.part().header();
        if (newest == null || header.epoch() > newest.epoch()) {
            newest = header;
        }
        RowWriter row = part(sealed.part(), LOGGED);
        RowCodec.put(row, sealed);
        parts.add(row.row());
    }

    void settled(Settled settled) {
        RowWriter row = part(settled.part(), SETTLED).hex(settled.hash());
        RowCodec.put(row, settled.part());
        parts.add(row.row());
    }

    /** The id of a readable request without an end. */
    void awaited(String requestId) {
        ids.add(id(requestId, AWAITED).row());
    }

    /** An id that was charged and settled before the anchor. */
    void chargedBefore(String requestId) {
        ids.add(id(requestId, CHARGED_BEFORE).row());
    }

    /** What is taken while an epoch streams by: its rows, then its receipts, then its end. */
    interface EpochVisitor {

        void begin(EpochRows epoch);

        void receipt(Receipt receipt);

        void end(EpochRows epoch);
    }

    /** Epoch by epoch, those too of which there are receipts only. */
    void epochs(EpochVisitor visitor) {
        Cursor partRows = parts.sorted();
        Cursor receiptRows = receipts.sorted();
        while (partRows.peek() != null || receiptRows.peek() != null) {
            long epoch = Math.min(epochOf(partRows), epochOf(receiptRows));
            EpochRows rows = new EpochRows(epoch, new ArrayList<>(), new ArrayList<>());
            while (epochOf(partRows) == epoch && partRows.peek() != null) {
                RowReader row = new RowReader(partRows.next());
                row.number();
                row.number();
                if (row.code() == LOGGED) {
                    rows.logged().add(RowCodec.sealed(row));
                } else {
                    rows.settled().add(new Settled(row.hex(HASH), RowCodec.part(row)));
                }
            }
            visitor.begin(rows);
            while (epochOf(receiptRows) == epoch && receiptRows.peek() != null) {
                RowReader row = new RowReader(receiptRows.next());
                for (int key = 0; key < 4; key++) {
                    row.number();
                }
                visitor.receipt(RowCodec.receipt(row));
            }
            visitor.end(rows);
        }
    }

    void requests(Consumer<RequestRows> action) {
        Cursor rows = positions.sorted();
        while (rows.peek() != null) {
            Position at = positionOf(rows);
            Request request = null;
            int rejections = 0;
            List<Charge> charges = new ArrayList<>();
            long sealedIn = 0;
            while (rows.peek() != null && positionOf(rows).equals(at)) {
                RowReader row = new RowReader(rows.next());
                RowCodec.position(row);
                int kind = row.code();
                if (kind == REQUEST) {
                    request = RowCodec.request(row);
                } else if (kind == REJECTION) {
                    rejections++;
                } else if (kind == CHARGE) {
                    charges.add(RowCodec.charge(row));
                } else {
                    sealedIn = row.number();
                }
            }
            action.accept(new RequestRows(at, request, rejections, charges, sealedIn));
        }
    }

    void ids(Consumer<IdRows> action) {
        Cursor rows = ids.sorted();
        while (rows.peek() != null) {
            String id = idOf(rows);
            boolean chargedBefore = false;
            boolean awaited = false;
            List<Charge> charges = new ArrayList<>();
            List<Result> results = new ArrayList<>();
            List<Receipt> sealed = new ArrayList<>();
            List<Evidence> evidence = new ArrayList<>();
            while (rows.peek() != null && idOf(rows).equals(id)) {
                RowReader row = new RowReader(rows.next());
                row.hex(HASH);
                switch (row.code()) {
                    case CHARGED_BEFORE -> chargedBefore = true;
                    case CHARGE -> charges.add(RowCodec.charge(row));
                    case RESULT -> results.add(RowCodec.result(row));
                    case RECEIPT -> sealed.add(RowCodec.receipt(row));
                    case EVIDENCE -> evidence.add(RowCodec.evidence(row));
                    default -> awaited = true;
                }
            }
            action.accept(
                    new IdRows(id, chargedBefore, charges, results, sealed, evidence, awaited));
        }
    }

    /** One number of one requester; those of a requester come together and in order. */
    interface SequenceVisitor {
        void sequence(String requesterAddress, long sequence);
    }

    void sequences(SequenceVisitor visitor) {
        Cursor rows = sequences.sorted();
        while (rows.peek() != null) {
            RowReader row = new RowReader(rows.next());
            visitor.sequence(row.hex(ADDRESS), row.number());
        }
    }

    /** Of the last epoch in the log, null if it is empty. */
    @Nullable Header newest() {
        return newest;
    }

    /** Receipts that were taken. */
    long receipts() {
        return receipts.rows();
    }

    /** Charges that were taken. */
    long charges() {
        return sequences.rows();
    }

    /** Most bytes of rows that lay in memory at once, over all sorts. */
    long peakBytes() {
        return sorts().stream().mapToLong(ExternalSort::peakBytes).sum();
    }

    long peakRows() {
        return sorts().stream().mapToLong(ExternalSort::peakRows).sum();
    }

    long rows() {
        return sorts().stream().mapToLong(ExternalSort::rows).sum();
    }

    long spilledBytes() {
        return sorts().stream().mapToLong(ExternalSort::spilledBytes).sum();
    }

    @Override
    public void close() {
        sorts().forEach(ExternalSort::close);
    }

    private List<ExternalSort> sorts() {
        return List.of(positions, ids, sequences, receipts, parts);
    }

    private static RowWriter at(Position at, int kind) {
        RowWriter row = new RowWriter();
        RowCodec.put(row, at);
        return row.code(kind);
    }

    private static RowWriter id(String id, int kind) {
        return new RowWriter().hex(id).code(kind);
    }

    private static RowWriter part(EpochPart part, int kind) {
        return new RowWriter()
                .number(part.header().epoch())
                .number(part.header().part())
                .code(kind);
    }

    private static long epochOf(Cursor rows) {
        byte[] row = rows.peek();
        return row == null ? Long.MAX_VALUE : new RowReader(row).number();
    }

    private static Position positionOf(Cursor rows) {
        byte[] row = rows.peek();
        return row == null ? new Position(-1, -1) : RowCodec.position(new RowReader(row));
    }

    private static String idOf(Cursor rows) {
        byte[] row = rows.peek();
        return row == null ? "" : new RowReader(row).hex(HASH);
    }
}
