package io.millrace.watch.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/** Rows of one kind begin with its code; numbers in keys are big-endian, so that they sort. */
public enum Kind {
    /** Few rows: how far was read. */
    STATE(0),
    /** By epoch and part: as it was settled. */
    PART(1),
    /** By epoch, shard and index: a receipt as the topic has it. */
    RECEIPT(2),
    /** By request id and outcome digest: a record of evidence. */
    EVIDENCE(3),
    /** By request id: the leaf that charges it. */
    CHARGED(4),
    /** By account and epoch: its last leaf there. */
    LAST(5),
    /** By epoch: it is to be judged. */
    WAITING(6),
    /** By name: a case before the tribunal. */
    CASE(7),
    /** By model and version: a price. */
    PRICE(8),
    /** By the name of a case: the call that opens it. */
    CALL(9);

    private final byte code;

    Kind(int code) {
        this.code = (byte) code;
    }

    /** All rows of the kind. */
    public byte[] all() {
        return new byte[] {code};
    }

    /** A name. */
    public byte[] key(String name) {
        return key(name.getBytes(UTF_8));
    }

    /** Numbers. */
    public byte[] key(long... numbers) {
        ByteBuffer key = ByteBuffer.allocate(1 + numbers.length * Long.BYTES).put(code);
        for (long number : numbers) {
            key.putLong(number);
        }
        return key.array();
    }

    /** Bytes one after the other. */
    public byte[] key(byte[]... parts) {
        int length = 1;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer key = ByteBuffer.allocate(length).put(code);
        for (byte[] part : parts) {
            key.put(part);
        }
        return key.array();
    }
}
