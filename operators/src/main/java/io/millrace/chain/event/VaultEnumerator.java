package io.millrace.chain.event;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Gives the one split to the first reader there is, and again if that reader is lost. Its state is
 * the split while no reader has it; afterwards the reader's own state says how far it is.
 */
final class VaultEnumerator implements SplitEnumerator<VaultSplit, VaultEnumerator.State> {

    /**
     * What a checkpoint keeps.
     *
     * @param unassigned null once a reader has the split
     */
    record State(@Nullable VaultSplit unassigned) {}

    private final SplitEnumeratorContext<VaultSplit> context;
    private @Nullable VaultSplit unassigned;

    VaultEnumerator(SplitEnumeratorContext<VaultSplit> context, State state) {
        this.context = context;
        this.unassigned = state.unassigned();
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, @Nullable String host) {
        assign();
    }

    @Override
    public void addSplitsBack(List<VaultSplit> splits, int subtask) {
        for (VaultSplit split : splits) {
            unassigned = split;
        }
        assign();
    }

    @Override
    public void addReader(int subtask) {
        assign();
    }

    private void assign() {
        if (unassigned != null && !context.registeredReaders().isEmpty()) {
            int reader = context.registeredReaders().keySet().iterator().next();
            context.assignSplit(unassigned, reader);
            unassigned = null;
        }
    }

    @Override
    public State snapshotState(long checkpointId) {
        return new State(unassigned);
    }

    @Override
    public void close() {}

    /** A byte that says whether a split follows, and the split, both in the same version. */
    static final class StateSerializer implements SimpleVersionedSerializer<State> {

        private static final int VERSION = 2;

        private final VaultSplitSerializer splits = new VaultSplitSerializer();

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(State state) {
            if (state.unassigned() == null) {
                return new byte[] {0};
            }
            byte[] split = splits.serialize(state.unassigned());
            return ByteBuffer.allocate(1 + split.length).put((byte) 1).put(split).array();
        }

        @Override
        public State deserialize(int version, byte[] bytes) throws IOException {
            if (version < 1 || version > VERSION || bytes.length == 0) {
                throw new IOException(
                        "state of the vault source of version "
                                + version
                                + " is not known to this release: restore with the release that"
                                + " wrote it");
            }
            if (bytes[0] == 0) {
                return new State(null);
            }
            byte[] split = Arrays.copyOfRange(bytes, 1, bytes.length);
            return new State(splits.deserialize(version, split));
        }
    }
}
