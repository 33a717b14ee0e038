package io.millrace.chain.event;

import io.millrace.metrics.Metric;
import io.millrace.metrics.MetricRegistrar;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.MetricGroup;

/** What the event source shows of itself. Written by its threads, read by any. */
final class SourceMetrics {

    static final Metric SCANNED_BLOCK =
            Metric.gauge(
                    "chain",
                    "scannedBlock",
                    "newest block whose events were read, -1 before the first");
    static final Metric FINAL_BLOCK =
            Metric.gauge("chain", "finalBlock", "newest final block, -1 before the first");
    static final Metric FINAL_LAG_BLOCKS =
            Metric.gauge("chain", "finalLagBlocks", "final blocks not read yet").asAlarm();
    static final Metric REORGANISATIONS =
            Metric.gauge(
                            "chain",
                            "reorganisations",
                            "times that blocks which were not final were replaced")
                    .asAlarm();
    static final Metric ENDPOINT_IN_USE =
            Metric.gauge("chain", "endpointInUse", "which of chain.rpc.urls, from 1");
    static final Metric ENDPOINT_SWITCHES =
            Metric.gauge("chain", "endpointSwitches", "times another one was taken").asAlarm();
    static final Metric RPC_FAILURES =
            Metric.gauge("chain", "rpcFailures", "calls without a usable answer").asAlarm();
    static final Metric RPC_DISAGREEMENTS =
            Metric.gauge(
                            "chain",
                            "rpcDisagreements",
                            "times a node contradicted another, itself or a hash")
                    .asAlarm();

    private final AtomicLong rpcFailures = new AtomicLong();
    private final AtomicLong rpcDisagreements = new AtomicLong();
    private final AtomicLong reorganisations = new AtomicLong();
    private final AtomicLong scannedBlock = new AtomicLong(-1);
    private final AtomicLong finalBlock = new AtomicLong(-1);
    private final AtomicLong endpointInUse = new AtomicLong();
    private final AtomicLong endpointSwitches = new AtomicLong();

    void register(MetricGroup group) {
        MetricRegistrar metrics = new MetricRegistrar(group);
        metrics.gauge(RPC_FAILURES, rpcFailures::get);
        metrics.gauge(RPC_DISAGREEMENTS, rpcDisagreements::get);
        metrics.gauge(REORGANISATIONS, reorganisations::get);
        metrics.gauge(SCANNED_BLOCK, scannedBlock::get);
        metrics.gauge(FINAL_BLOCK, finalBlock::get);
        metrics.gauge(FINAL_LAG_BLOCKS, this::finalLagBlocks);
        metrics.gauge(ENDPOINT_IN_USE, endpointInUse::get);
        metrics.gauge(ENDPOINT_SWITCHES, endpointSwitches::get);
    }

    /** A call brought no usable answer. */
    void failed() {
        rpcFailures.incrementAndGet();
    }

    /** A node contradicted another, itself, or a hash. */
    void disagreed() {
        rpcDisagreements.incrementAndGet();
    }

    /** Blocks that were not final were replaced. */
    void reorganised() {
        reorganisations.incrementAndGet();
    }

    void scanned(long block) {
        scannedBlock.set(block);
    }

    void finalHead(long block) {
        finalBlock.set(block);
    }

    void endpoint(int inUse, long switches) {
        endpointInUse.set(inUse + 1L); // from 1, as log lines count them
        endpointSwitches.set(switches);
    }

    long rpcFailures() {
        return rpcFailures.get();
    }

    long rpcDisagreements() {
        return rpcDisagreements.get();
    }

    long reorganisations() {
        return reorganisations.get();
    }

    long finalLagBlocks() {
        return Math.max(0, finalBlock.get() - scannedBlock.get());
    }
}
