package io.millrace.job.topic;

import io.millrace.chain.submit.SettlementRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads of {@code settlement.transactions} what a start needs: from the entry that the newest stamp
 * names. That stamp is on one of the last entries; where none is found for long, or the entry is
 * not where it should be, all of it is read. Holds one record at a time. Used by one thread.
 */
final class JournalScan implements AutoCloseable {

    private static final TopicPartition JOURNAL = new TopicPartition(Topics.TRANSACTIONS, 0);
    private static final long FIRST_LOOK_BACK = 16;
    private static final long MOST_LOOK_BACK = 4_096;

    private final LogReader log;
    private long from;

    /** What to do with an entry. */
    @FunctionalInterface
    interface Visitor {
        void visit(SettlementRecord entry, long offset);
    }

    /** An entry is not what was written. */
    static final class DamagedEntryException extends IOException {

        private static final long serialVersionUID = 1L;

        final long offset;
        final String what;

        DamagedEntryException(long offset, String what, Throwable cause) {
            super(what, cause);
            this.offset = offset;
            this.what = what;
        }
    }

    JournalScan(Brokers brokers, Duration patience) {
        this.log = LogReader.ofCommitted(brokers, patience);
    }

    /**
     * Visits the entries that a start needs, in order.
     *
     * @throws DamagedEntryException if one of them is no entry, or has another's stamp
     */
    void read(Visitor visitor) throws IOException {
        long begin = log.begin(JOURNAL);
        long end = log.end(JOURNAL);
        from = start(begin, end);
        log.readRange(
                JOURNAL, from, end, record -> visitor.visit(decoded(record), record.offset()));
    }

    /** The offset at which reading began. */
    long from() {
        return from;
    }

    private long start(long begin, long end) throws IOException {
        JournalStamp stamp = newestStamp(begin, end);
        if (stamp == null || stamp.offset() < begin || stamp.offset() >= end) {
            return begin;
        }
        boolean[] there = {false};
        log.readRange(
                JOURNAL,
                stamp.offset(),
                stamp.offset() + 1,
                record ->
                        there[0] |=
                                record.offset() == stamp.offset() && stamp.names(decoded(record)));
        return there[0] ? stamp.offset() : begin;
    }

    private @Nullable JournalStamp newestStamp(long begin, long end) throws IOException {
        for (long back = FIRST_LOOK_BACK; back <= MOST_LOOK_BACK; back *= 4) {
            JournalStamp[] newest = {null};
            log.readRange(
                    JOURNAL,
                    Math.max(begin, end - back),
                    end,
                    record -> stamp(record).ifPresent(stamp -> newest[0] = stamp));
            if (newest[0] != null || end - back <= begin) {
                return newest[0];
            }
        }
        return null;
    }

    private static SettlementRecord decoded(ConsumerRecord<byte[], byte[]> record)
            throws DamagedEntryException {
        stamp(record);
        try {
            return JsonCodec.decode(record.value(), SettlementRecord.class);
        } catch (IOException | IllegalArgumentException e) {
            throw new DamagedEntryException(record.offset(), "is no entry", e);
        }
    }

    private static Optional<JournalStamp> stamp(ConsumerRecord<byte[], byte[]> record)
            throws DamagedEntryException {
        try {
            return JournalStamp.on(record);
        } catch (IOException e) {
            throw new DamagedEntryException(
                    record.offset(), "has a stamp that was not made for it", e);
        }
    }

    @Override
    public void close() {
        log.close();
    }
}
