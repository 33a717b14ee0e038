package io.millrace.job.topic;

import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SubmissionHistory.Placed;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * What an entry of the journal says of those before it, in a header of its record: the first entry
 * that a start needs. All before it is final and stays so, so any stamp is good as long as
 * everything from that entry on is read. Header: offset of that entry, 8 bytes; keccak256 of what
 * names it, so that a copy of the topic with other offsets is noticed; keccak256 of both and the
 * value it is on. Entries without one are from before there were stamps.
 *
 * @param offset of the first entry that is needed
 * @param name digest of what it is
 */
record JournalStamp(long offset, String name) {

    static final String HEADER = "millrace-first-needed";

    private static final int DIGEST_BYTES = 32;
    private static final int BODY_BYTES = Long.BYTES + DIGEST_BYTES;

    /** A stamp that names {@code first}. */
    static JournalStamp of(Placed first) {
        return new JournalStamp(first.position(), nameOf(first.entry()));
    }

    /** Whether {@code entry} is the one that is named. */
    boolean names(SettlementRecord entry) {
        return name.equals(nameOf(entry));
    }

    private static String nameOf(SettlementRecord entry) {
        return Hex.encode(
                Keccak.hashUtf8(
                        "%s %d %d %s %s"
                                .formatted(
                                        entry.state(),
                                        entry.epoch(),
                                        entry.part(),
                                        entry.header(),
                                        entry.transaction())));
    }

    /** The record of an entry, without stamp. */
    static ProducerRecord<byte[], byte[]> unstamped(SettlementRecord entry) {
        byte[] key = (entry.epoch() + "/" + entry.part()).getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(Topics.TRANSACTIONS, key, JsonCodec.encode(entry));
    }

    /** The same with this stamp. */
    ProducerRecord<byte[], byte[]> on(SettlementRecord entry) {
        ProducerRecord<byte[], byte[]> record = unstamped(entry);
        record.headers().add(HEADER, bytes(record.value()));
        return record;
    }

    /**
     * The stamp on a record, if it has one.
     *
     * @throws IOException if it was not made for this entry
     */
    static Optional<JournalStamp> on(ConsumerRecord<byte[], byte[]> record) throws IOException {
        Header header = record.headers().lastHeader(HEADER);
        if (header == null) {
            return Optional.empty();
        }
        byte[] bytes = header.value();
        if (bytes != null && bytes.length == BODY_BYTES + DIGEST_BYTES && record.value() != null) {
            ByteBuffer body = ByteBuffer.wrap(bytes);
            long offset = body.getLong();
            byte[] name = new byte[DIGEST_BYTES];
            body.get(name);
            JournalStamp stamp = new JournalStamp(offset, Hex.encode(name));
            if (Arrays.equals(bytes, stamp.bytes(record.value()))) {
                return Optional.of(stamp);
            }
        }
        throw new IOException("the stamp is not of offset, name and value");
    }

    private byte[] bytes(byte[] value) {
        byte[] body = ByteBuffer.allocate(BODY_BYTES).putLong(offset).put(Hex.decode(name)).array();
        byte[] digest =
                Keccak.hash(
                        ByteBuffer.allocate(BODY_BYTES + value.length)
                                .put(body)
                                .put(value)
                                .array());
        return ByteBuffer.allocate(BODY_BYTES + DIGEST_BYTES).put(body).put(digest).array();
    }
}
