package io.millrace.admit.clock;

import io.millrace.metrics.Metric;

/** What the clock of the requests reports. */
final class ClockMetrics {

    static final Metric HELD_MILLIS =
            Metric.gauge(
                            "admit",
                            "heldMillis",
                            "how long the oldest open transaction of a stranger has held back a"
                                    + " request partition")
                    .asAlarm();
    static final Metric ENDED_TRANSACTIONS =
            Metric.counter(
                            "admit",
                            "endedTransactions",
                            "transactions of strangers that were ended because they held one back")
                    .asAlarm();
    static final Metric ENDING_REFUSED =
            Metric.gauge(
                            "admit",
                            "endingRefused",
                            "1 if the brokers last refused the engine the right to end one, else 0")
                    .asAlarm();

    private ClockMetrics() {}
}
