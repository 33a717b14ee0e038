package io.millrace.chain;

import java.io.Serializable;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The vault's and the registry's events as a stream, in chain order, each exactly once in Flink's
 * state. Out: {@link VaultEvent}s of final blocks only, and a SCANNED after each range read, so
 * that a consumer knows up to which block it has heard everything. Nothing is ever retracted: what
 * is not final is not read.
 *
 * <p>An outage of the node holds the stream back and shows in the metric chain.rpcFailures; it does
 * not fail the job. Another chain than configured does. There is one split, so parallelism 1 is
 * enough and more readers stay idle.
 */
public final class VaultEventSource
        implements Source<VaultEvent, VaultSplit, VaultEnumerator.State> {

    private final VaultClient.Factory clients;
    private final Options options;

    /** Reads through {@code clients}, which also say what counts as final. */
    public VaultEventSource(VaultClient.Factory clients, Options options) {
        this.clients = clients;
        this.options = options;
    }

    /**
     * What to read and how eagerly.
     *
     * @param chainId the node must follow @param startBlock first block read without a checkpoint:
     *     the one the vault or the registry was deployed in, whichever is older
     * @param pollMillis between two looks for new final blocks
     * @param maxBackoffMillis longest wait after failures of the node
     */
    public record Options(long chainId, long startBlock, long pollMillis, long maxBackoffMillis)
            implements Serializable {

        /** Checks. */
        public Options {
            if (chainId <= 0
                    || startBlock < 0
                    || pollMillis <= 0
                    || maxBackoffMillis < pollMillis) {
                throw new IllegalArgumentException(
                        "event source with chain id "
                                + chainId
                                + ", start block "
                                + startBlock
                                + ", poll "
                                + pollMillis
                                + " ms, back-off "
                                + maxBackoffMillis
                                + " ms: none may be negative, the back-off not below the poll");
            }
        }
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
        return new VaultSourceReader(
                clients, options, context, new AtomicLong(), new AtomicLong(-1));
    }

    @Override
    public SplitEnumerator<VaultSplit, VaultEnumerator.State> createEnumerator(
            SplitEnumeratorContext<VaultSplit> context) {
        VaultSplit first = new VaultSplit(options.startBlock(), 0);
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
