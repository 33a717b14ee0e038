package io.millrace.local.cli;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A {@link StackStatus} for people.
 *
 * @param now what is shown
 * @param before an earlier look, from which rates are reckoned
 */
record StatusScreen(StackStatus now, StackStatus before) {

    private static final List<String> GATE =
            List.of(
                    "open",
                    "closed: catching up with the chain",
                    "closed: as much is unsettled as may be",
                    "closed: the chain is silent",
                    "closed: as many parts are unsettled as may be");
    private static final double WEI_PER_ETH = 1e18;

    /** One screen of them. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(
                row(
                                "Job",
                                "%s for %s, %d restarts",
                                now.state(),
                                span(now.uptimeMillis()),
                                now.restarts())
                        + (now.state().equals("RUNNING") ? "" : "; start it: millrace job start"));
        lines.add(row("Checkpoints", "%s; %d failed", checkpoint(), now.failedCheckpoints()));
        if (!now.metrics().isEmpty()) {
            addFlow(lines);
            addMoney(lines);
            addAlarms(lines);
        }
        return lines;
    }

    private void addFlow(List<String> lines) {
        lines.add(
                row(
                        "Requests",
                        "%,d good, %,d admitted, %.1f/s",
                        now.sum("admit.validated"),
                        now.sum("admit.admitted"),
                        rate("admit.admitted")));
        lines.add(
                row(
                        "Answers",
                        "%,d, %,d expired, %,d failed, %.1f/s; %,d in flight",
                        now.sum("meter.answered"),
                        now.sum("meter.expired"),
                        now.sum("meter.failed"),
                        rate("meter.answered"),
                        now.sum("infer.inFlightRows")));
        lines.add(
                row(
                        "Batches",
                        "%,d, %.1f rows each, %,.0f tokens/s, %.0f %% padding",
                        now.sum("infer.batches"),
                        share("infer.rows", "infer.batches"),
                        rate("infer.tokens"),
                        now.sum("infer.paddedTokens") == 0
                                ? 0
                                : 100 * (1 - share("infer.tokens", "infer.paddedTokens"))));
        lines.add(row("Gate", "%s", gate()));
    }

    private void addMoney(List<String> lines) {
        lines.add(
                row(
                        "Charged",
                        "%s since the start; %s unsettled in %d parts, the oldest %s",
                        Balances.dollars(BigInteger.valueOf(now.sum("meter.debitNano"))),
                        Balances.dollars(BigInteger.valueOf(now.max("submit.unsettledNano"))),
                        now.max("submit.unsettledParts"),
                        span(now.max("submit.oldestUnsettledMillis"))));
        lines.add(
                row(
                        "Settled",
                        "%,d parts, %,d gas; the settler has %.4f ETH",
                        now.max("submit.settledParts"),
                        now.max("submit.gasUsed"),
                        now.max("submit.signerBalanceWei") / WEI_PER_ETH));
        lines.add(
                row(
                        "L2",
                        "block %,d read, %,d final ones behind",
                        now.max("chain.scannedBlock"),
                        now.max("chain.finalLagBlocks")));
    }

    private void addAlarms(List<String> lines) {
        List<StackStatus.Alarm> alarms = now.alarms();
        if (alarms.isEmpty()) {
            lines.add(row("Alarms", "none"));
        }
        for (StackStatus.Alarm alarm : alarms) {
            lines.add(
                    row(
                            "ALARM",
                            "%s is %,d: jobs/RUNBOOK.md#alarms",
                            alarm.metric(),
                            alarm.value()));
        }
    }

    private String gate() {
        int reason = (int) now.max("admit.gateReason");
        String said = reason < GATE.size() ? GATE.get(reason) : "closed: reason " + reason;
        return reason == 0 ? said : said + ", for " + span(now.max("admit.gateClosedMillis"));
    }

    private String checkpoint() {
        StackStatus.Checkpoint newest = now.checkpoint();
        return newest.ageMillis() < 0
                ? "none yet"
                : "newest %s ago, took %s, %,d KiB"
                        .formatted(
                                span(newest.ageMillis()),
                                span(newest.tookMillis()),
                                newest.bytes() / 1024);
    }

    private double share(String of, String in) {
        return now.sum(in) == 0 ? 0 : (double) now.sum(of) / now.sum(in);
    }

    /** Per second; a job that has begun anew in between counts from 0. */
    private double rate(String metric) {
        long millis = Math.max(1, now.atMillis() - before.atMillis());
        return 1000.0 * Math.max(0, now.sum(metric) - before.sum(metric)) / millis;
    }

    private static String row(String name, String format, Object... values) {
        return String.format(Locale.ROOT, "%-12s ", name)
                + String.format(Locale.ROOT, format, values);
    }

    /** In the two largest units. */
    private static String span(long millis) {
        long seconds = millis / 1000;
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        long minutes = seconds / 60;
        if (minutes < 60) {
            return "%d min %d s".formatted(minutes, seconds % 60);
        }
        long hours = minutes / 60;
        return hours < 48
                ? "%d h %d min".formatted(hours, minutes % 60)
                : "%d d %d h".formatted(hours / 24, hours % 24);
    }
}
