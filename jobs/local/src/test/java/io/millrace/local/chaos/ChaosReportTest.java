package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.Books;
import io.millrace.local.chaos.fault.FaultKind;
import io.millrace.local.chaos.sign.Sign;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChaosReportTest {

    private static final Books GOOD =
            new Books(true, List.of(new Books.Check("charges-unique", true, 0, "2 request ids")));
    private static final Ends.Count WELL = new Ends.Count(3, 2, 1, 0, 0, List.of());
    private static final EvidenceCount.Found DEFENDED = new EvidenceCount.Found(2, 0, 0, 0);
    private static final Proofs.Verdict PROVED = new Proofs.Verdict(1, 2, List.of());
    private static final ChaosReport.Signs NO_SIGNS =
            new ChaosReport.Signs(List.of(), List.of(), 0);
    private static final Sign ALARM = new Sign(Sign.Sort.ALARM, "submit.halts", "1", 5);
    private static final Sign ERROR =
            new Sign(Sign.Sort.ERROR, "kafka", "ERROR why", 6_300_000_000L);

    private static ChaosReport report(
            Ends.Count count, long unexplainedNano, Proofs.Verdict proofs, Books books) {
        return report("", count, unexplainedNano, proofs, books);
    }

    private static ChaosReport report(
            String unsettled,
            Ends.Count count,
            long unexplainedNano,
            Proofs.Verdict proofs,
            Books books) {
        return report(unsettled, count, unexplainedNano, proofs, books, NO_SIGNS);
    }

    private static ChaosReport report(
            String unsettled,
            Ends.Count count,
            long unexplainedNano,
            Proofs.Verdict proofs,
            Books books,
            ChaosReport.Signs signs) {
        return new ChaosReport(
                7,
                12.5,
                List.of(
                        new ChaosReport.Injected(
                                1.5, FaultKind.KILL_SUBMITTER, "taskmanager-1", 4321)),
                1,
                unsettled,
                count,
                DEFENDED,
                unexplainedNano,
                proofs,
                books,
                signs);
    }

    private static ChaosReport report(EvidenceCount.Found evidence) {
        return new ChaosReport(
                7, 12.5, List.of(), 0, "", WELL, evidence, 0, PROVED, GOOD, NO_SIGNS);
    }

    @Test
    void report_evidenceLostDoubledOrOfNothing_isNotWellAndSaysHowMuch() {
        assertThat(report(DEFENDED).ok()).isTrue();
        assertThat(report(new EvidenceCount.Found(2, 1, 0, 0)).ok()).as("lost").isFalse();
        assertThat(report(new EvidenceCount.Found(2, 0, 1, 0)).ok()).as("doubled").isFalse();
        assertThat(report(new EvidenceCount.Found(2, 0, 0, 1)).ok()).as("of nothing").isFalse();

        JsonNode books = report(new EvidenceCount.Found(9, 1, 2, 3)).toJson().path("books");
        assertThat(books.path("evidenceMissing").asInt()).isEqualTo(1);
        assertThat(books.path("evidenceDoubled").asInt()).isEqualTo(2);
        assertThat(books.path("evidenceUncharged").asInt()).isEqualTo(3);
    }

    @Test
    void json_ofARun_hasWhatWasPromised() {
        JsonNode json = report(WELL, 0, PROVED, GOOD).toJson();

        assertThat(json.path("ok").asBoolean()).isTrue();
        assertThat(json.path("seed").asLong()).isEqualTo(7);
        assertThat(json.path("seconds").asDouble()).isEqualTo(12.5);
        assertThat(json.path("faults").toString())
                .isEqualTo(
                        "[{\"at\":1.5,\"kind\":\"kill-submitter\",\"target\":\"taskmanager-1\","
                                + "\"recoveredMillis\":4321}]");
        assertThat(json.path("books").path("ok").asBoolean()).isTrue();
        assertThat(json.path("books").path("lost").asInt(-1)).isZero();
        assertThat(json.path("books").path("doubled").asInt(-1)).isZero();
        assertThat(json.path("books").path("unexplainedNano").asInt(-1)).isZero();
        assertThat(json.path("books").path("receiptsProved").asInt()).isEqualTo(2);
        assertThat(json.path("books").path("checks")).hasSize(1);
    }

    @Test
    void ok_anythingWrong_isNot() {
        assertThat(report(new Ends.Count(3, 2, 0, 1, 0, List.of()), 0, PROVED, GOOD).ok())
                .as("a request lost")
                .isFalse();
        assertThat(report(new Ends.Count(3, 3, 1, 0, 1, List.of()), 0, PROVED, GOOD).ok())
                .as("a request charged twice")
                .isFalse();
        assertThat(report(new Ends.Count(3, 2, 1, 0, 0, List.of("x")), 0, PROVED, GOOD).ok())
                .as("a request refused for another's fault")
                .isFalse();
        assertThat(report(WELL, -1, PROVED, GOOD).ok()).as("a nano-USD unexplained").isFalse();
        assertThat(report(WELL, 0, new Proofs.Verdict(1, 1, List.of("x")), GOOD).ok())
                .as("a receipt denied")
                .isFalse();
        assertThat(report(WELL, 0, PROVED, new Books(false, List.of())).ok())
                .as("books that differ")
                .isFalse();
        assertThat(report("1 epoch", WELL, 0, PROVED, GOOD).ok())
                .as("an epoch without receipts that is not settled")
                .isFalse();
    }

    @Test
    void ok_signsThatAFaultExplains_doNotMatter() {
        List<Sign> both = List.of(ALARM, ERROR);

        assertThat(
                        report("", WELL, 0, PROVED, GOOD, new ChaosReport.Signs(both, List.of(), 0))
                                .ok())
                .isTrue();
        assertThat(
                        report(
                                        "",
                                        WELL,
                                        0,
                                        PROVED,
                                        GOOD,
                                        new ChaosReport.Signs(both, List.of(ERROR), 0))
                                .ok())
                .as("an error without a fault of its kind")
                .isFalse();
    }

    @Test
    void json_ofSigns_countsThemAndNamesTheUnexplained() {
        JsonNode signs =
                report(
                                "",
                                WELL,
                                0,
                                PROVED,
                                GOOD,
                                new ChaosReport.Signs(
                                        List.of(ALARM, ALARM, ERROR), List.of(ERROR), 0))
                        .toJson()
                        .path("signs");

        assertThat(signs.toString())
                .isEqualTo(
                        "{\"alarms\":2,\"errors\":1,\"refusals\":0,"
                                + "\"alarmsByMetric\":{\"submit.halts\":2},"
                                + "\"unexplained\":[\"6.3 s  ERROR kafka: ERROR why\"]}");
    }

    @Test
    void json_ofARunThatEndedEarly_hasItsFaultsAndTheReason() {
        JsonNode json =
                ChaosReport.unfinished(
                        7,
                        1.5,
                        report(WELL, 0, PROVED, GOOD).faults(),
                        new IllegalStateException("does not work again"));

        assertThat(json.path("ok").asBoolean(true)).isFalse();
        assertThat(json.path("faults")).hasSize(1);
        assertThat(json.path("error").asText()).isEqualTo("does not work again");
    }

    @Test
    void json_ofARunThatWentWrong_saysHowMuch() {
        Ends.Count count = new Ends.Count(9, 5, 4, 2, 3, List.of("x", "y"));
        JsonNode json =
                report("1 epoch", count, -7, new Proofs.Verdict(4, 5, List.of("z")), GOOD).toJson();
        JsonNode books = json.path("books");

        assertThat(json.path("ok").asBoolean(true)).isFalse();
        assertThat(json.path("restarted").asInt()).isEqualTo(1);
        assertThat(json.path("unsettled").asText()).isEqualTo("1 epoch");
        assertThat(books.path("ok").asBoolean(true))
                .as("the audit is one judge of several")
                .isFalse();
        assertThat(books.path("requests").asInt()).isEqualTo(9);
        assertThat(books.path("charged").asInt()).isEqualTo(5);
        assertThat(books.path("refused").asInt()).isEqualTo(4);
        assertThat(books.path("lost").asInt()).isEqualTo(2);
        assertThat(books.path("doubled").asInt()).isEqualTo(3);
        assertThat(books.path("misjudged").asInt()).isEqualTo(2);
        assertThat(books.path("unexplainedNano").asInt()).isEqualTo(-7);
        assertThat(books.path("epochs").asInt()).isEqualTo(4);
        assertThat(books.path("receiptsDenied").asInt()).isEqualTo(1);
    }

    @Test
    void line_ofAFault_hasItsTimesInColumns() {
        assertThat(new ChaosReport.Injected(101.5, FaultKind.REORG_KEPT, "4 blocks", 4_321).line())
                .isEqualTo(
                        " 101.5 s  reorg-kept         4 blocks                 recovered in   4.3"
                                + " s");
        assertThat(
                        new ChaosReport.Injected(1, FaultKind.RESCALE, "to parallelism 2", 61_000)
                                .line())
                .isEqualTo(
                        "   1.0 s  rescale            to parallelism 2         recovered in  61.0"
                                + " s");
    }

    @Test
    void options_withoutTime_refused() {
        assertThatThrownBy(() -> options(Duration.ZERO, 2)).hasMessageContaining("0 minutes");
    }

    @Test
    void options_withoutTaskManagers_refused() {
        assertThatThrownBy(() -> options(Duration.ofMinutes(1), 0))
                .hasMessageContaining("2 to 8 TaskManagers, not 0");
    }

    private static ChaosOptions options(Duration duration, int taskManagers) {
        return new ChaosOptions(
                1,
                duration,
                List.of(FaultKind.KILL_ALL),
                1,
                taskManagers,
                4,
                10,
                Duration.ofMinutes(1));
    }
}
