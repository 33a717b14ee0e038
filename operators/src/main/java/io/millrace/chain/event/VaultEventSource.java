package io.millrace.chain.event;

import io.millrace.chain.VaultEvent;
import java.io.IOException;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The vault's and the registry's events as a stream, in chain order, each exactly once in Flink's
 * state. Out: {@link VaultEvent}s of final blocks only, and a {@link VaultEvent.Scanned} after each
 * range read, so that a consumer knows up to which block it has heard everything. Nothing is ever
 * retracted: what is not final is read ahead, to be compared, and not emitted.
 *
 * <p>An outage of the nodes holds the stream back and shows in the metric chain.rpcFailures, an
 * answer that breaks the chain's own hashes in chain.rpcDisagreements; neither fails the job.
 * Another chain than configured does, a registry that announces prices too shortly ahead, and a
 * final block that was replaced ({@link FinalityViolatedException}), all without restarts. There is
 * one split, so parallelism 1 is enough and more readers stay idle.
 */
public final class VaultEventSource
        implements Source<VaultEvent, VaultSplit, VaultEnumerator.State> {

    private final EventChain.Factory chains;
    private final SourceOptions options;

    /** Reads through {@code chains}, which also say what counts as final. */
    public VaultEventSource(EventChain.Factory chains, SourceOptions options) {
        this.chains = chains;
        this.options = options;
    }

    /**
     * What its enumerator would have in a checkpoint from which every reader is to begin at {@code
     * block}, with the version in front: for a savepoint that no run of the job has written.
     */
    public static byte[] stateAt(long block) throws IOException {
        return SimpleVersionedSerialization.writeVersionAndSerialize(
                new VaultEnumerator.StateSerializer(),
                new VaultEnumerator.State(VaultSplit.from(block)));
    }

    /**
     * Keeps this input idle for event time: the clock of admission is the broker's append time
     * alone, and blocks must neither hold it back nor push it.
     */
    public static WatermarkStrategy<VaultEvent> idleWatermarks() {
        return WatermarkStrategy.forGenerator(context -> new Idle());
    }

    private static final class Idle implements WatermarkGenerator<VaultEvent> {

        @Override
        public void onEvent(VaultEvent event, long timestamp, WatermarkOutput output) {
            output.markIdle();
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            output.markIdle();
        }
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<VaultEvent, VaultSplit> createReader(SourceReaderContext context) {
        return new VaultSourceReader(chains, options, context, new SourceMetrics());
    }

    @Override
    public SplitEnumerator<VaultSplit, VaultEnumerator.State> createEnumerator(
            SplitEnumeratorContext<VaultSplit> context) {
        VaultSplit first = VaultSplit.from(options.startBlock());
        return new VaultEnumerator(context, new VaultEnumerator.State(first));
    }

    @Override
    public SplitEnumerator<VaultSplit, VaultEnumerator.State> restoreEnumerator(
            SplitEnumeratorContext<VaultSplit> context, VaultEnumerator.State state) {
        return new VaultEnumerator(context, state);
    }

    @Override
    public SimpleVersionedSerializer<VaultSplit> getSplitSerializer() {
        return new VaultSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<VaultEnumerator.State> getEnumeratorCheckpointSerializer() {
        return new VaultEnumerator.StateSerializer();
    }
}
