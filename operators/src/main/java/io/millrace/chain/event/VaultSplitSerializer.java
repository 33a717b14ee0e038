package io.millrace.chain.event;

import io.millrace.chain.event.VaultSplit.WindowBlock;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Version 1: next block (8 bytes, big endian), next log index (4). Version 2 goes on with the last
 * hash (see below), the number of window blocks (4), and for each its hash (32), its parent's hash
 * (32), its time (8) and the digest of its logs. A hash that may be missing is a byte 0, or a byte
 * 1 and 32 bytes.
 */
final class VaultSplitSerializer implements SimpleVersionedSerializer<VaultSplit> {

    private static final int VERSION = 2;
    private static final int HASH = 32;
    private static final int MAX_BLOCK = 3 * HASH + 8 + 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(VaultSplit split) {
        ByteBuffer buffer =
                ByteBuffer.allocate(8 + 4 + 1 + HASH + 4 + split.window().size() * MAX_BLOCK);
        buffer.putLong(split.nextBlock()).putInt(split.nextLogIndex());
        putOptional(buffer, split.lastHash());
        buffer.putInt(split.window().size());
        for (WindowBlock block : split.window()) {
            buffer.put(Hex.decode(block.hash(), HASH))
                    .put(Hex.decode(block.parentHash(), HASH))
                    .putLong(block.millis());
            putOptional(buffer, block.logsDigest());
        }
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }

    @Override
    public VaultSplit deserialize(int version, byte[] bytes) throws IOException {
        if (version != 1 && version != VERSION) {
            throw unreadable(version, bytes, null);
        }
        try {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            VaultSplit split =
                    version == 1
                            ? new VaultSplit(buffer.getLong(), buffer.getInt(), "", List.of())
                            : readSecond(buffer);
            if (buffer.hasRemaining()) {
                throw unreadable(version, bytes, null);
            }
            return split;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw unreadable(version, bytes, e);
        }
    }

    private static VaultSplit readSecond(ByteBuffer buffer) {
        long nextBlock = buffer.getLong();
        int nextLogIndex = buffer.getInt();
        String lastHash = getOptional(buffer);
        int count = buffer.getInt();
        List<WindowBlock> window = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            window.add(
                    new WindowBlock(
                            nextBlock + i,
                            getHash(buffer),
                            getHash(buffer),
                            buffer.getLong(),
                            getOptional(buffer)));
        }
        return new VaultSplit(nextBlock, nextLogIndex, lastHash, window);
    }

    private static void putOptional(ByteBuffer buffer, String hash) {
        buffer.put((byte) (hash.isEmpty() ? 0 : 1));
        if (!hash.isEmpty()) {
            buffer.put(Hex.decode(hash, HASH));
        }
    }

    private static String getOptional(ByteBuffer buffer) {
        return buffer.get() == 0 ? "" : getHash(buffer);
    }

    private static String getHash(ByteBuffer buffer) {
        byte[] bytes = new byte[HASH];
        buffer.get(bytes);
        return Hex.encode(bytes);
    }

    private static IOException unreadable(int version, byte[] bytes, @Nullable Exception cause) {
        return new IOException(
                ("vault split of version %d with %d bytes is not known to this"
                                + " release: restore with the release that wrote it")
                        .formatted(version, bytes.length),
                cause);
    }
}
