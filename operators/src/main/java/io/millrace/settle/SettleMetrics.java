package io.millrace.settle;

import io.millrace.metrics.Metric;

/** What cutting and sealing report. */
final class SettleMetrics {

    static final Metric CHARGES = Metric.counter("settle", "charges", "charges that came in");
    static final Metric CHARGED_NANO = Metric.counter("settle", "chargedNano", "sum of them");
    static final Metric CUT_RECEIPTS =
            Metric.counter("settle", "cutReceipts", "charges that were cut");
    static final Metric CUT_NANO = Metric.counter("settle", "cutNano", "sum of them");
    static final Metric CUT_MILLIS =
            Metric.gauge("settle", "cutMillis", "how long the last barrier waited for its cut");
    static final Metric RUNNING_CUTS =
            Metric.gauge("settle", "runningCuts", "shards whose cut goes on behind its barrier");
    static final Metric EPOCHS = Metric.counter("settle", "epochs", "epochs sealed");
    static final Metric PARTS = Metric.counter("settle", "parts", "parts of them");
    static final Metric RECEIPTS = Metric.counter("settle", "receipts", "receipts in them");
    static final Metric SEALED_NANO = Metric.counter("settle", "sealedNano", "sum of them");
    static final Metric HIDDEN_MILLIS =
            Metric.gauge(
                            "settle",
                            "hiddenMillis",
                            "how long a record of the ledger has been invisible to readers")
                    .asAlarm();

    static final Metric UNSEEN_MILLIS =
            Metric.gauge(
                            "settle",
                            "unseenMillis",
                            "how long ago a checkpoint completed whose marks are not all visible")
                    .asAlarm();

    private SettleMetrics() {}
}
