package io.millrace.admit.gate;

import io.millrace.metrics.Metric;

/** What the admission gate reports. */
final class GateMetrics {

    static final Metric UNSETTLED_NANO =
            Metric.gauge("admit", "unsettledNano", "reserved or charged, and not final on chain");
    static final Metric UNSETTLED_PARTS =
            Metric.gauge("admit", "unsettledParts", "parts sealed, and not final on chain");
    static final Metric MAX_UNSETTLED_NANO =
            Metric.gauge("admit", "maxUnsettledNano", "at how much of it requests wait");
    static final Metric MAX_UNSETTLED_PARTS =
            Metric.gauge("admit", "maxUnsettledParts", "at how many of them requests wait");
    static final Metric GATE_CLOSED =
            Metric.gauge("admit", "gateClosed", "1 while requests are not read, else 0");
    static final Metric GATE_REASON =
            Metric.gauge(
                            "admit",
                            "gateReason",
                            "0 open, 1 catching up, 2 unsettled value, 3 chain silent, 4"
                                    + " unsettled parts")
                    .asAlarm();
    static final Metric GATE_CLOSED_MILLIS =
            Metric.gauge("admit", "gateClosedMillis", "how long it has been closed, 0 while open");
    static final Metric GATE_MISSING =
            Metric.gauge(
                            "admit",
                            "gateMissing",
                            "1 if for 30 s no request reader was found in the gate's process, else"
                                    + " 0")
                    .asAlarm();

    private GateMetrics() {}
}
