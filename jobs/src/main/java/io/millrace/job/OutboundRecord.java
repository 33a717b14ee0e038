package io.millrace.job;

import static java.util.Objects.requireNonNull;

/**
 * One record on its way to Kafka, encoded: results and charges of one task can so share a sink, and
 * its transaction.
 */
public record OutboundRecord(String topic, byte[] key, byte[] value) {

    public OutboundRecord {
        requireNonNull(topic, "topic is null");
        requireNonNull(key, "key is null");
        requireNonNull(value, "value is null");
    }
}
