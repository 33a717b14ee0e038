package io.millrace.admit.gate;

import io.millrace.chain.OwedChange;
import io.millrace.chain.VaultEvent;
import io.millrace.metrics.MetricRegistrar;
import io.millrace.unit.Parallelism;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether requests are read, by {@link GateRule}; parallelism 1. In: what admission
 * promises and how many parts are sealed, and the finalised events of the vault. Out: the state of
 * the gate, at every change and again every {@value #REPEAT_MILLIS} ms, for {@link GateOperator}s
 * that start later.
 *
 * <p>State: nano-USD reserved or charged and not final on chain, and the number of parts sealed and
 * not final, each exactly once. One from before parts were counted begins with none. A start is
 * closed until it has caught up, whatever was saved.
 *
 * <p>Metrics: {@link GateMetrics}.
 */
public final class GateKeeperOperator extends AbstractStreamOperator<GateState>
        implements TwoInputStreamOperator<OwedChange, VaultEvent, GateState> {

    /** State, also of a rebuilt one: nano-USD reserved or charged and not final on chain. */
    public static final ListStateDescriptor<Long> UNSETTLED =
            new ListStateDescriptor<>("unsettled-nano", Types.LONG);

    /** State, also of a rebuilt one: parts of epochs sealed and not final on chain. */
    public static final ListStateDescriptor<Long> UNSETTLED_PARTS =
            new ListStateDescriptor<>("unsettled-parts", Types.LONG);

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(GateKeeperOperator.class);
    private static final long REPEAT_MILLIS = 250;

    /** Longest that a start may take to catch up before it is worth a warning. */
    private static final long PATIENCE_MILLIS = 60_000;

    private final long maxUnsettledNano;
    private final long maxUnsettledParts;
    private final long maxChainAgeMillis;

    private transient GateRule rule;
    private transient ListState<Long> storedNano;
    private transient ListState<Long> storedParts;
    private transient long lastBarrier;
    private transient volatile GateState state;
    private transient volatile long unsettledNano;
    private transient volatile long unsettledParts;
    private transient volatile long closedSinceMillis;
    private transient boolean warned;
    private transient @Nullable ScheduledFuture<?> repeating;

    /**
     * Admission stops at {@code maxUnsettledNano}, at {@code maxUnsettledParts}, and while no final
     * block younger than {@code maxChainAgeMillis} has been read; all at least 1.
     */
    @SuppressWarnings("NullAway.Init") // Flink calls initializeState before anything else
    public GateKeeperOperator(
            long maxUnsettledNano, long maxUnsettledParts, long maxChainAgeMillis) {
        this.maxUnsettledNano = maxUnsettledNano;
        this.maxUnsettledParts = maxUnsettledParts;
        this.maxChainAgeMillis = maxChainAgeMillis;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        Parallelism.requireOne(
                "the gate keeper", getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks());
        lastBarrier = context.getRestoredCheckpointId().orElse(0);
        storedNano = context.getOperatorStateStore().getListState(UNSETTLED);
        storedParts = context.getOperatorStateStore().getListState(UNSETTLED_PARTS);
        rule =
                new GateRule(
                        new OwedLevel("unsettled value", maxUnsettledNano, sum(storedNano)),
                        new OwedLevel("unsettled parts", maxUnsettledParts, sum(storedParts)),
                        maxChainAgeMillis);
    }

    private static long sum(ListState<Long> stored) throws Exception {
        long sum = 0;
        for (long value : stored.get()) {
            sum = Math.addExact(sum, value);
        }
        return sum;
    }

    @Override
    public void open() throws Exception {
        super.open();
        state = rule.state(now());
        publish();
        closedSinceMillis = now();
        MetricRegistrar metrics = new MetricRegistrar(getMetricGroup());
        metrics.gauge(GateMetrics.UNSETTLED_NANO, () -> unsettledNano);
        metrics.gauge(GateMetrics.UNSETTLED_PARTS, () -> unsettledParts);
        metrics.gauge(GateMetrics.MAX_UNSETTLED_NANO, () -> maxUnsettledNano);
        metrics.gauge(GateMetrics.MAX_UNSETTLED_PARTS, () -> maxUnsettledParts);
        metrics.flag(GateMetrics.GATE_CLOSED, () -> state != GateState.OPEN);
        metrics.gauge(GateMetrics.GATE_REASON, () -> state.code());
        metrics.gauge(
                GateMetrics.GATE_CLOSED_MILLIS,
                () -> state == GateState.OPEN ? 0 : now() - closedSinceMillis);
        repeating =
                getProcessingTimeService().scheduleWithFixedDelay(this::repeat, 0, REPEAT_MILLIS);
    }

    @Override
    public void processElement1(StreamRecord<OwedChange> change) {
        rule.owed(change.getValue());
        update();
    }

    @Override
    public void processElement2(StreamRecord<VaultEvent> element) {
        VaultEvent event = element.getValue();
        if (event instanceof VaultEvent.EpochSettled settled) {
            rule.settled(settled.partSumNano());
        } else if (event instanceof VaultEvent.Scanned scanned) {
            rule.chainRead(scanned.blockMillis(), scanned.caughtUp(), lastBarrier);
        }
        update();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        lastBarrier = context.getCheckpointId();
        storedNano.update(List.of(rule.unsettledNano()));
        storedParts.update(List.of(rule.unsettledParts()));
    }

    /**
     * Says nothing downstream yet: the last checkpoint of a drained job completes after its end.
     */
    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        rule.completed(checkpointId);
    }

    @Override
    public void close() throws Exception {
        if (repeating != null) {
            repeating.cancel(false);
        }
        super.close();
    }

    private void repeat(long timestamp) {
        update();
        if (state == GateState.CATCHING_UP
                && !warned
                && timestamp - closedSinceMillis > PATIENCE_MILLIS) {
            warned = true;
            LOG.warn(
                    "no request has been read since the start {} s ago: the L2 has not been read up"
                            + " to its final head, or no checkpoint has completed since; see"
                            + " chain.rpcFailures and the checkpoints",
                    PATIENCE_MILLIS / 1000);
        }
        output.collect(new StreamRecord<>(state));
    }

    private void publish() {
        unsettledNano = rule.unsettledNano();
        unsettledParts = rule.unsettledParts();
    }

    private void update() {
        publish();
        GateState before = state;
        long now = now();
        GateState after = rule.state(now);
        if (after == before) {
            return;
        }
        closedSinceMillis = before == GateState.OPEN ? now : closedSinceMillis;
        log(after, now);
        state = after;
        output.collect(new StreamRecord<>(after));
    }

    private void log(GateState after, long now) {
        switch (after) {
            case OPEN ->
                    LOG.info(
                            "requests are read after {} ms; {} nano-USD and {} parts are unsettled",
                            now - closedSinceMillis,
                            unsettledNano,
                            unsettledParts);
            case CATCHING_UP -> LOG.info("the chain is heard again; the next checkpoint opens");
            case UNSETTLED_VALUE ->
                    LOG.warn(
                            "admission stops: {} nano-USD are owed and not final on chain,"
                                    + " --admit.max.unsettled.nano is {}; requests wait in Kafka"
                                    + " until epochs are settled, see the metrics of group"
                                    + " submit",
                            unsettledNano,
                            maxUnsettledNano);
            case UNSETTLED_PARTS ->
                    LOG.warn(
                            "admission stops: {} parts of epochs are sealed and not final on chain,"
                                    + " --admit.max.unsettled.parts is {}; requests wait in Kafka"
                                    + " until they are settled, see the metrics of group submit",
                            unsettledParts,
                            maxUnsettledParts);
            case CHAIN_SILENT ->
                    LOG.warn(
                            "admission stops: the newest final block that was read is {} ms old,"
                                    + " --admit.max.chain.age is {} ms, and a price may have"
                                    + " changed unheard; requests wait in Kafka, see"
                                    + " chain.rpcFailures, the L2's finality, and the clocks",
                            rule.chainAgeMillis(now),
                            maxChainAgeMillis);
        }
    }

    private long now() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }
}
