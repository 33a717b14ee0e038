package io.millrace.job.input;

import io.millrace.job.topic.Brokers;
import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * What a partition holds.
 *
 * @param first offset that is there
 * @param end offset of the next record
 */
record Bounds(long first, long end) {

    private static final long PATIENCE_SECONDS = 30;

    /** Asks for those of several partitions. */
    @FunctionalInterface
    interface Lookup extends Serializable {
        Map<TopicPartition, Bounds> of(Collection<TopicPartition> partitions);
    }

    /** Whether a reader can go on there. */
    boolean include(long offset) {
        return offset >= first && offset <= end;
    }

    /** Throws IllegalStateException if the brokers do not answer. */
    static Map<TopicPartition, Bounds> at(Brokers brokers, Collection<TopicPartition> partitions) {
        try (Admin admin = brokers.admin()) {
            var first = list(admin, partitions, OffsetSpec.earliest());
            var end = list(admin, partitions, OffsetSpec.latest());
            Map<TopicPartition, Bounds> bounds = new HashMap<>();
            end.forEach(
                    (partition, last) -> {
                        ListOffsetsResultInfo begin = first.get(partition);
                        if (begin != null) {
                            bounds.put(partition, new Bounds(begin.offset(), last.offset()));
                        }
                    });
            return bounds;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(brokers, partitions, e);
        } catch (ExecutionException | TimeoutException e) {
            throw failed(brokers, partitions, e);
        }
    }

    private static Map<TopicPartition, ListOffsetsResultInfo> list(
            Admin admin, Collection<TopicPartition> partitions, OffsetSpec which)
            throws InterruptedException, ExecutionException, TimeoutException {
        return admin.listOffsets(
                        partitions.stream()
                                .collect(
                                        Collectors.toMap(
                                                partition -> partition, partition -> which)))
                .all()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static IllegalStateException failed(
            Brokers brokers, Collection<TopicPartition> partitions, Exception cause) {
        return new IllegalStateException(
                "the offsets of %s at %s cannot be read; check that the brokers are up"
                        .formatted(partitions, brokers),
                cause);
    }
}
