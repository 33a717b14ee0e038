package io.millrace.job.recover;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.admit.RequestPlace;
import io.millrace.chain.SealedPart;
import io.millrace.job.recover.rows.RowCursor;
import io.millrace.job.recover.rows.RowReader;
import io.millrace.job.recover.rows.RowWriter;
import io.millrace.job.recover.rows.SortedRows;
import io.millrace.job.topic.JsonCodec;
import io.millrace.meter.Charge;
import io.millrace.meter.Usage;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.settle.SumNode;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The records of a ledger on disk, in the orders in which they are compared: charges and receipts
 * by requester and number, receipts by epoch, what became of requests by where these lie, parts as
 * in their log. In memory is what each requester has spent, nothing for each record.
 *
 * <p>A key ends with where its record lies: of one that is there twice there are two rows.
 */
final class LedgerRows implements AutoCloseable {

    private static final int NUMBERED = 'n';
    private static final int ID = 'i';
    private static final int OUTCOME = 'o';
    private static final int DEADLINE = 'd';
    private static final int SEALED = 's';
    private static final int PART = 'p';
    private static final int HEADER = 'h';
    private static final int RELEASE = 'r';
    private static final int REPORTED = 'f';

    private static final int HASH_BYTES = 32;
    private static final byte[] NOTHING = {};

    private final SortedRows rows;
    private final ReceiptLeaf leaf;
    private final Map<String, Spent> spent = new TreeMap<>();
    private final Set<Integer> requestPartitions = new HashSet<>();
    private long charges;
    private long receipts;
    private long parts;
    private long newestMillis;
    private long added;

    private LedgerRows(SortedRows rows, ReceiptLeaf leaf) {
        this.rows = rows;
        this.leaf = leaf;
    }

    /** Without records; its files are in a new folder below {@code parent}. */
    static LedgerRows below(Path parent, Eip712Domain domain) throws IOException {
        return new LedgerRows(SortedRows.below(parent), new ReceiptLeaf(domain));
    }

    /** What one requester has been charged in all. */
    static final class Spent {

        private final Map<String, Usage> usage = new HashMap<>();
        private long debitNano;
        private long charges;

        private void add(Charge charge) {
            usage.put(charge.model(), usage.getOrDefault(charge.model(), Usage.NONE).plus(charge));
            debitNano = Math.addExact(debitNano, charge.debitNano());
            charges++;
        }

        /** By model. */
        Map<String, Usage> usage() {
            return usage;
        }

        long debitNano() {
            return debitNano;
        }

        /** The last number too: they are contiguous from 1. */
        long charges() {
            return charges;
        }
    }

    /**
     * Takes a charge.
     *
     * @param json of it
     * @param millis when its record was written, -1 if that is not known
     */
    void charge(Charge charge, byte[] json, RecordPlace at, long millis) {
        byte[] id = Hex.decode(charge.requestId(), HASH_BYTES);
        rows.put(at(numbered(charge).code(Numbered.CHARGE), at), json);
        rows.put(at(key(ID).raw(id), at), NOTHING);
        rows.put(
                at(outcome(charge.place()).code(Outcome.CHARGED), at),
                new RowWriter()
                        .number(millis)
                        .number(charge.debitNano())
                        .raw(id)
                        .text(charge.requesterAddress())
                        .row());
        requestPartitions.add(charge.place().topicPartition());
        spent.computeIfAbsent(charge.requesterAddress(), address -> new Spent()).add(charge);
        newestMillis = Math.max(newestMillis, millis);
        charges++;
    }

    /** Takes a receipt. */
    void receipt(Receipt receipt, RecordPlace at) {
        Charge charge = receipt.charge();
        SumNode node = leaf.of(charge, receipt.shard(), receipt.index(), receipt.earnedBefore());
        rows.put(at(numbered(charge).code(Numbered.RECEIPT), at), Numbered.row(receipt));
        rows.put(
                at(
                        key(SEALED)
                                .number(receipt.epoch())
                                .whole(receipt.shard())
                                .whole(receipt.index()),
                        at),
                new RowWriter()
                        .raw(node.hash())
                        .number(node.sumNano())
                        .number(receipt.cut())
                        .text(charge.requesterAddress())
                        .number(charge.sequence())
                        .row());
        receipts++;
    }

    /**
     * Takes a part of an epoch.
     *
     * @param json of it
     */
    void part(SealedPart part, byte[] json, RecordPlace at) {
        rows.put(at(key(PART), at), json);
        rows.put(header(part.header().epoch(), part.header().part()), part.hash().getBytes(UTF_8));
        for (int release = 0; release < part.releases().size(); release++) {
            rows.put(
                    new RowWriter().raw(at(key(RELEASE), at)).whole(release).row(),
                    part.releases().get(release).getBytes(UTF_8));
        }
        parts++;
    }

    /** Takes records that are in no topic yet; they come behind those that are. */
    void add(List<Charge> charges, List<Receipt> receipts, List<SealedPart> parts) {
        charges.forEach(charge -> charge(charge, JsonCodec.encode(charge), next(), -1));
        receipts.forEach(receipt -> receipt(receipt, next()));
        parts.forEach(part -> part(part, JsonCodec.encode(part), next()));
    }

    /** As unsigned bytes -1 is the last. */
    private RecordPlace next() {
        return new RecordPlace(-1, added++);
    }

    /** Takes that the request there was rejected. */
    void rejection(RequestPlace place) {
        rows.put(outcome(place).code(Outcome.REJECTED).row(), NOTHING);
        requestPartitions.add(place.topicPartition());
    }

    /** Takes that the part with this header is final on chain. */
    void reported(String header) {
        rows.put(key(REPORTED).text(header).row(), NOTHING);
    }

    boolean isReported(String header) {
        return rows.get(key(REPORTED).text(header).row()) != null;
    }

    /** Takes until when a copy of a charged request can come. */
    void deadline(long millis, Outcome charged) {
        rows.put(
                key(DEADLINE)
                        .number(millis)
                        .text(charged.requesterAddress())
                        .raw(charged.id())
                        .row(),
                new RowWriter().number(charged.debitNano()).row());
    }

    /** What each requester has spent, by address. */
    Map<String, Spent> spent() {
        return spent;
    }

    long charges() {
        return charges;
    }

    long receipts() {
        return receipts;
    }

    long parts() {
        return parts;
    }

    /** When the newest charge was written, 0 if there is none. */
    long newestMillis() {
        return newestMillis;
    }

    /** Those of the request topic of which something became. */
    Set<Integer> requestPartitions() {
        return requestPartitions;
    }

    /** By requester, in the order of their numbers; see {@link Numbered#at}. */
    RowCursor numbered() {
        return rows.with(key(NUMBERED).row());
    }

    /** Ids as often as they are charged, equal ones one after the other; see {@link #idIn}. */
    RowCursor ids() {
        return rows.with(key(ID).row());
    }

    static String idIn(byte[] key) {
        RowReader row = new RowReader(key);
        row.code();
        return Hex.encode(row.raw(HASH_BYTES));
    }

    boolean isCharged(String id) {
        try (RowCursor row = rows.with(key(ID).raw(Hex.decode(id, HASH_BYTES)).row())) {
            return row.isAtRow();
        }
    }

    /** Of one partition, by offset; see {@link Outcome}. */
    RowCursor outcomes(int partition) {
        return rows.with(key(OUTCOME).whole(partition).row());
    }

    /** By epoch, shard and index; see {@link SealedLeaf}. */
    RowCursor sealed() {
        return rows.with(key(SEALED).row());
    }

    /** Of one shard of an epoch, by index. */
    List<Receipt> receipts(long epoch, int shard) throws IOException {
        return receipts(rows.with(key(SEALED).number(epoch).whole(shard).row()));
    }

    /** Of this epoch and all above it. */
    List<Receipt> receiptsFrom(long epoch) throws IOException {
        return receipts(rows.with(key(SEALED).row(), key(SEALED).number(epoch).row()));
    }

    private List<Receipt> receipts(RowCursor leaves) throws IOException {
        List<Receipt> receipts = new ArrayList<>();
        try (leaves) {
            for (; leaves.isAtRow(); leaves.next()) {
                SealedLeaf sealed = SealedLeaf.at(leaves);
                RowWriter key =
                        key(NUMBERED).text(sealed.requesterAddress()).number(sealed.sequence());
                byte[] row = rows.get(at(key.code(Numbered.RECEIPT), sealed.at()));
                if (row == null) {
                    throw new IOException("no receipt is kept at " + sealed.at());
                }
                receipts.add(Numbered.receipt(row));
            }
        }
        return receipts;
    }

    /** As in their log; see {@link #partAt}. */
    RowCursor log() {
        return rows.with(key(PART).row());
    }

    /** The same, from one place on. */
    RowCursor log(RecordPlace from) {
        return rows.with(key(PART).row(), at(key(PART), from));
    }

    static SealedPart partAt(RowCursor row) throws IOException {
        return JsonCodec.decode(row.value(), SealedPart.class);
    }

    /** Where the record of a row lies whose key ends with that. */
    static RecordPlace placeIn(byte[] key) {
        RowReader row = new RowReader(key);
        row.raw(key.length - Integer.BYTES - Long.BYTES);
        return new RecordPlace(row.whole(), row.number());
    }

    /** Hash of the header that the log has for a part, empty if none. */
    String headerOf(long epoch, int part) {
        byte[] hash = rows.get(header(epoch, part));
        return hash == null ? "" : new String(hash, UTF_8);
    }

    /** By epoch and part, the hash of each header as text. */
    RowCursor headers() {
        return rows.with(key(HEADER).row());
    }

    /** The words of all releases, as text, in the order of the log. */
    RowCursor releases() {
        return rows.with(key(RELEASE).row());
    }

    /** Deadlines of charged requests, none before {@code millis}, in their order. */
    RowCursor deadlines(long millis) {
        return rows.with(key(DEADLINE).row(), key(DEADLINE).number(Math.max(0, millis)).row());
    }

    private static RowWriter key(int kind) {
        return new RowWriter().code(kind);
    }

    private static byte[] at(RowWriter key, RecordPlace at) {
        return key.whole(at.partition()).number(at.offset()).row();
    }

    private static RowWriter numbered(Charge charge) {
        return key(NUMBERED).text(charge.requesterAddress()).number(charge.sequence());
    }

    private static RowWriter outcome(RequestPlace place) {
        return key(OUTCOME).whole(place.topicPartition()).number(place.offset());
    }

    private static byte[] header(long epoch, int part) {
        return key(HEADER).number(epoch).whole(part).row();
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
