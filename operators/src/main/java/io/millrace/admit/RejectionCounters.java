package io.millrace.admit;

import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** One counter {@code rejected.CODE} for each reason. */
final class RejectionCounters {

    private final Map<RejectReason, Counter> counters = new EnumMap<>(RejectReason.class);

    RejectionCounters(MetricGroup group) {
        MetricGroup rejected = group.addGroup("rejected");
        for (RejectReason reason : RejectReason.values()) {
            counters.put(reason, rejected.counter(reason.name()));
        }
    }

    void count(RejectReason reason) {
        Counter counter = counters.get(reason);
        if (counter != null) {
            counter.inc();
        }
    }
}
