package io.millrace.admit;

import io.millrace.metrics.Metric;

/** What validation and admission report. */
final class AdmitMetrics {

    static final Metric VALIDATED =
            Metric.counter("admit", "validated", "requests in good form, signed, known and priced");
    static final Metric REJECTED =
            Metric.counter("admit", "rejected", "requests refused, by code").each("CODE").asAlarm();
    static final Metric ADMITTED = Metric.counter("admit", "admitted", "requests admitted");
    static final Metric RESERVED_NANO =
            Metric.counter("admit", "reservedNano", "reserved for them");
    static final Metric UNRESERVED_NANO =
            Metric.counter(
                    "admit", "unreservedNano", "no longer reserved, because the charge has come");
    static final Metric WITHDRAWALS =
            Metric.counter("admit", "withdrawals", "withdrawals asked for");
    static final Metric WITHDRAWN_NANO =
            Metric.counter(
                    "admit",
                    "withdrawnNano",
                    "granted to them: what was asked for, or what was left");
    static final Metric CHARGES_UNKNOWN =
            Metric.counter(
                            "admit",
                            "chargesUnknown",
                            "charges for requests that admission does not hold")
                    .asAlarm();
    static final Metric ESCAPES =
            Metric.counter("admit", "escapes", "owners who left by the hatch");
    static final Metric ESCAPE_SHORTFALL_NANO =
            Metric.counter(
                            "admit",
                            "escapeShortfallNano",
                            "taken by them though already charged or reserved")
                    .asAlarm();

    static final Metric CLOCK_STANDS_MILLIS =
            Metric.gauge(
                            "admit",
                            "clockStandsMillis",
                            "how long the append clock of the slowest request partition has not"
                                    + " moved")
                    .asAlarm();

    private AdmitMetrics() {}
}
