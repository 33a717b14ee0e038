package io.millrace.job.input;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Map;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;

/**
 * Where reading goes on, given what a partition still has. Plain Java.
 *
 * @param remedy for a gap that is not accepted, a clause
 * @param accepted of some partitions, the offset up to which records may be missing
 */
record GapRule(String remedy, Map<TopicPartition, Long> accepted) implements Serializable {

    GapRule {
        requireNonNull(remedy, "remedy is null");
        accepted = Map.copyOf(accepted);
    }

    /**
     * The offset to read on from: {@code wanted}, or the first there is if a gap up to it is
     * accepted, or if the beginning is wanted.
     *
     * @throws InputGapException if records are missing
     */
    long start(TopicPartition partition, long wanted, Bounds held) {
        if (wanted == KafkaPartitionSplit.EARLIEST_OFFSET) {
            return held.first();
        }
        if (held.include(wanted)) {
            return wanted;
        }
        if (wanted < held.first() && held.first() <= accepted.getOrDefault(partition, -1L)) {
            return held.first();
        }
        throw gap(partition, wanted, held);
    }

    InputGapException gap(TopicPartition partition, long wanted, Bounds held) {
        return new InputGapException(
                partition,
                wanted,
                held,
                remedy.replace("PARTITION", partition.toString())
                        .replace("FIRST", Long.toString(held.first())));
    }
}
