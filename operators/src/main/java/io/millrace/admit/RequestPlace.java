package io.millrace.admit;

/** Where a request lies in the request topic. */
public record RequestPlace(int topicPartition, long offset) {

    @Override
    public String toString() {
        return topicPartition + "@" + offset;
    }
}
