package io.millrace.local;

/**
 * A request that Kafka has taken.
 *
 * @param requestId EIP-712 digest
 * @param requester address
 * @param value the record as it was sent
 * @param partition and offset: where it lies
 * @param appendMillis Kafka's append time
 */
record SentRequest(
        String requestId,
        String requester,
        byte[] value,
        int partition,
        long offset,
        long appendMillis) {

    /** Where it lies, as {@link TopicsView} names it. */
    String position() {
        return partition + "@" + offset;
    }
}
