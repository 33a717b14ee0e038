package io.millrace.meter;

import io.millrace.metrics.Metric;

/** What metering reports. */
final class MeterMetrics {

    static final Metric ANSWERED = Metric.counter("meter", "answered", "outcomes with an answer");
    static final Metric EXPIRED =
            Metric.counter("meter", "expired", "outcomes after their deadline, charged nothing");
    static final Metric FAILED =
            Metric.counter("meter", "failed", "outcomes without an answer, charged nothing");
    static final Metric UNITS = Metric.counter("meter", "units", "tokens charged for");
    static final Metric DEBIT_NANO = Metric.counter("meter", "debitNano", "charged to requesters");
    static final Metric FEE_NANO =
            Metric.counter("meter", "feeNano", "the protocol's fee out of it");

    private MeterMetrics() {}
}
