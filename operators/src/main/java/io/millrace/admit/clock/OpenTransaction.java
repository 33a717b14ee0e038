package io.millrace.admit.clock;

/**
 * A transaction that hides what lies behind its first record in a partition of the requests.
 *
 * @param topicPartition of the requests
 * @param firstOffset its first record there
 * @param coordinatorEpoch as the partition last heard of it, -1 if never
 */
public record OpenTransaction(
        int topicPartition,
        long firstOffset,
        long producerId,
        int producerEpoch,
        int coordinatorEpoch) {}
