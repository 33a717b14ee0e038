package io.millrace.watch.follow;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.millrace.audit.ChainEvents;
import io.millrace.audit.EpochPart;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.RecordDecoder;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.AbiWords;
import io.millrace.watch.judge.Place;
import io.millrace.watch.judge.Receipts;
import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.web3j.utils.Numeric;

/** What the rows of the store hold, one kind after the other. Safe for use by several threads. */
public final class Rows {

    private static final int PAGE = 1_000;

    private final WatchStore store;

    /** Of one store. */
    public Rows(WatchStore store) {
        this.store = store;
    }

    /**
     * A part as it was settled.
     *
     * @param settledSeconds time of its block
     */
    public record Settled(EpochPart part, long settledSeconds) {}

    static byte[] settled(String callData, long settledSeconds) {
        byte[] data = Numeric.hexStringToByteArray(callData);
        return ByteBuffer.allocate(Long.BYTES + data.length)
                .putLong(settledSeconds)
                .put(data)
                .array();
    }

    /** The parts of an epoch that are settled, ascending. */
    public List<Settled> parts(long epoch) throws IOException {
        List<Settled> parts = new ArrayList<>();
        store.forEach(
                Kind.PART.key(epoch),
                (key, value) -> {
                    String data =
                            Numeric.toHexStringNoPrefix(
                                    Arrays.copyOfRange(value, Long.BYTES, value.length));
                    parts.add(
                            new Settled(
                                    ChainEvents.settleCall(new AbiWords(data)),
                                    ByteBuffer.wrap(value).getLong()));
                    return true;
                });
        return parts;
    }

    /**
     * An epoch that is to be judged.
     *
     * @param mark another one when there is news of the epoch
     */
    public record Waiting(long epoch, long mark) {}

    /** Takes them one after the other. */
    @FunctionalInterface
    public interface WaitingVisitor {

        /** One more. */
        void epoch(Waiting waiting) throws IOException;
    }

    /**
     * Hands over all epochs that are to be judged, ascending, and holds a page of them: however
     * many somebody makes wait, none keeps another from its turn.
     */
    public void forEachWaiting(WaitingVisitor visitor) throws IOException {
        long from = 0;
        List<Waiting> page;
        do {
            page = waiting(from, PAGE);
            for (Waiting one : page) {
                visitor.epoch(one);
                from = one.epoch() + 1;
            }
        } while (page.size() == PAGE);
    }

    /** Epochs that are to be judged, ascending from {@code first}. */
    public List<Waiting> waiting(long first, int most) throws IOException {
        List<Waiting> epochs = new ArrayList<>();
        store.from(
                Kind.WAITING.key(first),
                Kind.WAITING.all(),
                (key, value) -> {
                    epochs.add(
                            new Waiting(
                                    ByteBuffer.wrap(key).getLong(1),
                                    ByteBuffer.wrap(value).getLong()));
                    return epochs.size() < most;
                });
        return epochs;
    }

    /**
     * An epoch is to be judged again.
     *
     * @param mark another than before
     */
    public static void judgeAgain(long epoch, long mark, WatchStore.Batch batch)
            throws IOException {
        batch.put(Kind.WAITING.key(epoch), mark);
    }

    /** Whether no epoch is to be judged. */
    public boolean isNoneWaiting() throws IOException {
        return waiting(0, 1).isEmpty();
    }

    /** How many epochs are to be judged. */
    public long waitingCount() throws IOException {
        long[] count = {0};
        store.forEach(Kind.WAITING.all(), (key, value) -> ++count[0] > 0);
        return count[0];
    }

    /** The receipts of an epoch that are visible. */
    public Receipts receipts(long epoch) {
        return visitor ->
                store.forEach(
                        Kind.RECEIPT.key(epoch),
                        (key, value) -> {
                            visitor.receipt(receipt(value));
                            return true;
                        });
    }

    /** How many of them there are, counted up to {@code enough}. */
    public long receiptsCount(long epoch, long enough) throws IOException {
        long[] count = {0};
        store.forEach(Kind.RECEIPT.key(epoch), (key, value) -> ++count[0] < enough);
        return count[0];
    }

    /** Whether a receipt of that place is visible. */
    public boolean has(Place at) throws IOException {
        return store.get(receiptKey(at)) != null;
    }

    static byte[] receiptKey(Place at) {
        return Kind.RECEIPT.key(at.epoch(), at.shard(), at.index());
    }

    static byte[] receiptKey(Receipt receipt) {
        return Kind.RECEIPT.key(receipt.epoch(), receipt.shard(), receipt.index());
    }

    static Receipt receipt(byte[] value) throws IOException {
        return RecordDecoder.receipt(RecordDecoder.fields(value));
    }

    static byte[] evidenceKey(Evidence evidence, String outcome) {
        return Kind.EVIDENCE.key(
                Numeric.hexStringToByteArray(evidence.requestId()),
                Numeric.hexStringToByteArray(outcome));
    }

    /** All evidence of a request. */
    public List<Evidence> evidence(String requestId) throws IOException {
        List<Evidence> found = new ArrayList<>();
        store.forEach(
                Kind.EVIDENCE.key(Numeric.hexStringToByteArray(requestId)),
                (key, value) -> {
                    found.add(Evidence.of(requestId.getBytes(US_ASCII), value));
                    return true;
                });
        return found;
    }
}
