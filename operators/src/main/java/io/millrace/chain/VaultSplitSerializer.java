package io.millrace.chain;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Version 1: next block (8 bytes, big endian), next log index (4 bytes). */
final class VaultSplitSerializer implements SimpleVersionedSerializer<VaultSplit> {

    private static final int VERSION = 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(VaultSplit split) {
        return ByteBuffer.allocate(12)
                .putLong(split.nextBlock())
                .putInt(split.nextLogIndex())
                .array();
    }

    @Override
    public VaultSplit deserialize(int version, byte[] bytes) throws IOException {
        if (version != VERSION || bytes.length != 12) {
            throw new IOException(
                    "vault split of version "
                            + version
                            + " with "
                            + bytes.length
                            + " bytes is not known to this release: restore with the release that"
                            + " wrote it");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new VaultSplit(buffer.getLong(), buffer.getInt());
    }
}
