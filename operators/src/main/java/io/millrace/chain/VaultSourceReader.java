package io.millrace.chain;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;

/**
 * Emits what the fetcher thread read, and moves the split on record by record, so that a checkpoint
 * taken between two events of a block resumes between them.
 */
@SuppressWarnings("try") // close() is Flink's and may be interrupted
final class VaultSourceReader
        extends SingleThreadMultiplexSourceReaderBase<
                VaultEvent, VaultEvent, VaultSplit, AtomicReference<VaultSplit>> {

    VaultSourceReader(
            VaultClient.Factory clients,
            VaultEventSource.Options options,
            SourceReaderContext context,
            AtomicLong rpcFailures,
            AtomicLong scannedBlock) {
        super(
                () -> new VaultSplitReader(clients.open(), options, rpcFailures),
                (event, output, state) -> emit(event, output, state, scannedBlock),
                context.getConfiguration(),
                context);
        context.metricGroup().addGroup("chain").gauge("rpcFailures", rpcFailures::get);
        context.metricGroup().addGroup("chain").gauge("scannedBlock", scannedBlock::get);
    }

    private static void emit(
            VaultEvent event,
            SourceOutput<VaultEvent> output,
            AtomicReference<VaultSplit> state,
            AtomicLong scannedBlock) {
        output.collect(event, event.blockMillis());
        boolean wholeBlock = event.kind() == VaultEvent.Kind.SCANNED;
        state.set(
                wholeBlock
                        ? new VaultSplit(event.block() + 1, 0)
                        : new VaultSplit(event.block(), event.logIndex() + 1));
        if (wholeBlock) {
            scannedBlock.set(event.block());
        }
    }

    @Override
    protected void onSplitFinished(Map<String, AtomicReference<VaultSplit>> finished) {
        throw new IllegalStateException("the chain has ended: " + finished.keySet());
    }

    @Override
    protected AtomicReference<VaultSplit> initializedState(VaultSplit split) {
        return new AtomicReference<>(split);
    }

    @Override
    protected VaultSplit toSplitType(String id, AtomicReference<VaultSplit> state) {
        return requireNonNull(state.get(), "state is null");
    }
}
