package io.millrace.admit.gate;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.InputStatus;

/**
 * Has nothing available while its leaf of the gate is closed. Everything but that is the reader
 * inside. Called by the task's thread.
 */
@SuppressWarnings("try") // close() is Flink's and may be interrupted
final class GatedReader<T, S extends SourceSplit> implements SourceReader<T, S> {

    private final SourceReader<T, S> inside;
    private final AdmissionGate.Leaf leaf;

    GatedReader(SourceReader<T, S> inside, AdmissionGate.Leaf leaf) {
        this.inside = inside;
        this.leaf = leaf;
    }

    @Override
    public void start() {
        inside.start();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
        return leaf.isOpen() ? inside.pollNext(output) : InputStatus.NOTHING_AVAILABLE;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        CompletableFuture<Void> opened = leaf.opened();
        return opened.isDone() ? inside.isAvailable() : opened;
    }

    @Override
    public List<S> snapshotState(long checkpointId) {
        return inside.snapshotState(checkpointId);
    }

    @Override
    public void addSplits(List<S> splits) {
        inside.addSplits(splits);
    }

    @Override
    public void notifyNoMoreSplits() {
        inside.notifyNoMoreSplits();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        inside.handleSourceEvents(event);
    }

    @Override
    public void pauseOrResumeSplits(Collection<String> pause, Collection<String> resume) {
        inside.pauseOrResumeSplits(pause, resume);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        inside.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        inside.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void close() throws Exception {
        try (leaf) {
            inside.close();
        }
    }
}
