package io.millrace.admit;

import io.millrace.metrics.MetricRegistrar;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;

/** One counter {@code rejected.CODE} for each reason. */
final class RejectionCounters {

    private final Map<RejectReason, Counter> counters = new EnumMap<>(RejectReason.class);

    RejectionCounters(MetricRegistrar metrics) {
        for (RejectReason reason : RejectReason.values()) {
            counters.put(reason, metrics.counter(AdmitMetrics.REJECTED, reason));
        }
    }

    void count(RejectReason reason) {
        Counter counter = counters.get(reason);
        if (counter != null) {
            counter.inc();
        }
    }
}
