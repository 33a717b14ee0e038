package io.millrace.admit.gate;

import static java.util.Objects.requireNonNull;

import io.millrace.metrics.MetricRegistrar;
import java.util.Set;
import org.apache.flink.api.common.watermark.WatermarkDeclaration;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A source that can be told to wait. Closed, it emits nothing, and records stay where they are, up
 * to the few that its fetchers hold already; checkpoints, splits and all else go on. It is closed
 * at every start, until {@link GateOperator} opens it. State and metrics are those of the source
 * inside, which may be wrapped or unwrapped at any savepoint.
 *
 * <p>This is done at the source, because an operator that waits blocks the barriers with it, and
 * one that puts aside what it gets must do so without bound.
 *
 * @param <T> records
 * @param <S> splits
 * @param <E> state of the enumerator
 */
public final class GatedSource<T, S extends SourceSplit, E> implements Source<T, S, E> {

    private static final long serialVersionUID = 1L;

    private final Source<T, S, E> inside;
    private final AdmissionGate gate;

    /** {@code inside}, behind {@code gate}. */
    public GatedSource(Source<T, S, E> inside, AdmissionGate gate) {
        this.inside = requireNonNull(inside, "inside is null");
        this.gate = requireNonNull(gate, "gate is null");
    }

    @Override
    public SourceReader<T, S> createReader(SourceReaderContext context) throws Exception {
        SourceReader<T, S> reader = inside.createReader(context);
        AdmissionGate.Leaf leaf = gate.addLeaf(context.getIndexOfSubtask());
        new MetricRegistrar(context.metricGroup())
                .flag(GateMetrics.GATE_CLOSED, () -> !leaf.isOpen());
        return new GatedReader<>(reader, leaf);
    }

    @Override
    public Boundedness getBoundedness() {
        return inside.getBoundedness();
    }

    @Override
    public SplitEnumerator<S, E> createEnumerator(SplitEnumeratorContext<S> context)
            throws Exception {
        return inside.createEnumerator(context);
    }

    @Override
    public SplitEnumerator<S, E> restoreEnumerator(SplitEnumeratorContext<S> context, E state)
            throws Exception {
        return inside.restoreEnumerator(context, state);
    }

    @Override
    public SimpleVersionedSerializer<S> getSplitSerializer() {
        return inside.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<E> getEnumeratorCheckpointSerializer() {
        return inside.getEnumeratorCheckpointSerializer();
    }

    @Override
    public Set<? extends WatermarkDeclaration> declareWatermarks() {
        return inside.declareWatermarks();
    }
}
