package io.millrace.chain.event;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.VaultEvent;
import io.millrace.chain.event.FinalRangeReader.Step;
import java.util.Map;
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
                Step, VaultEvent, VaultSplit, AtomicReference<VaultSplit>> {

    VaultSourceReader(
            EventChain.Factory chains,
            SourceOptions options,
            SourceReaderContext context,
            SourceMetrics metrics) {
        super(
                () -> new VaultSplitReader(chains.open(), options, metrics),
                (step, output, state) -> emit(step, output, state, metrics),
                context.getConfiguration(),
                context);
        metrics.register(context.metricGroup());
    }

    private static void emit(
            Step step,
            SourceOutput<VaultEvent> output,
            AtomicReference<VaultSplit> state,
            SourceMetrics metrics) {
        VaultEvent event = step.event();
        if (event != null) {
            output.collect(event, event.blockMillis());
            if (event instanceof VaultEvent.Scanned scanned) {
                metrics.scanned(scanned.block());
            }
        }
        state.set(step.after());
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
