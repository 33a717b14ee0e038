package io.millrace.job.topic;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads what is committed on topics, from their beginning. Used by one thread.
 *
 * <p>Records that are deleted before they are read are an error, never skipped.
 */
public final class TopicScan implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final LogReader log;
    private final List<TopicPartition> partitions;

    /** At the beginning of all partitions of {@code topics}. */
    public TopicScan(Brokers brokers, List<String> topics) {
        log = LogReader.ofCommitted(brokers, PATIENCE);
        partitions = log.partitionsOf(topics);
        log.rewind(partitions);
    }

    /** What to do with a record. */
    @FunctionalInterface
    public interface Visitor {
        /** Called once for each record, in the order of its partition. */
        void visit(ConsumerRecord<byte[], byte[]> record) throws IOException;
    }

    /** Visits what has come in, waiting a little if nothing has. */
    public void poll(Visitor visitor) throws IOException {
        log.poll(visitor::visit);
    }

    /** Where each partition ends now: behind the last record that is committed or aborted. */
    public Map<TopicPartition, Long> ends() {
        return log.ends(partitions);
    }

    /**
     * Visits everything that is committed now.
     *
     * @throws IOException if nothing comes for {@link #PATIENCE} although there is more
     */
    public void toEnd(Visitor visitor) throws IOException {
        log.readTo(ends(), visitor::visit);
    }

    @Override
    public void close() {
        log.close();
    }
}
