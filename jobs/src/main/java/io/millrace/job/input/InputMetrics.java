package io.millrace.job.input;

import io.millrace.metrics.Metric;

/** What reading the topics reports. */
final class InputMetrics {

    static final Metric LOST_OFFSETS =
            Metric.counter(
                            "admit",
                            "lostOffsets",
                            "offsets that were gone before they were read, as accepted by option")
                    .asAlarm();

    private InputMetrics() {}
}
