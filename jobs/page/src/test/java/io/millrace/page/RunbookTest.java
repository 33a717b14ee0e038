package io.millrace.page;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The runbook as it is packed, and the alert rules that it answers. */
class RunbookTest {

    private static final Path ALERTS = Path.of("../../k8s/components/metrics/alerts.yaml");

    @Test
    void metrics_ofEveryAlertRule_haveAMeaningAndARemedy() throws IOException {
        Runbook runbook = Runbook.load();
        List<String> metrics =
                Files.readAllLines(ALERTS).stream()
                        .filter(line -> line.contains("metric: "))
                        .map(line -> line.replaceFirst(".*metric: ([^},]+).*", "$1"))
                        .distinct()
                        .toList();

        assertThat(metrics).hasSizeGreaterThan(25);
        for (String metric : metrics) {
            Runbook.Entry entry = requireNonNull(runbook.entry(metric, 1), metric);
            assertThat(entry.meaning()).as(metric).isNotBlank().doesNotContain("`", "](");
            assertThat(entry.remedy()).as(metric).isNotBlank().doesNotContain("`", "](");
        }
    }

    /** One metric says several things, each by its value. */
    @ParameterizedTest
    @CsvSource({"1, chain is not read up", "2, has reached", "3, no final block", "4, parts are"})
    void gateReason_byItsValue_hasItsOwnRow(long value, String meaning) throws IOException {
        Runbook.Entry entry = Runbook.load().entry("admit.gateReason", value);

        assertThat(requireNonNull(entry).meaning()).contains(meaning);
    }

    @Test
    void metrics_thatShareARow_shareItsGroup() throws IOException {
        Runbook runbook = Runbook.load();

        assertThat(runbook.entry("submit.lowBalance", 1))
                .isNotNull()
                .isEqualTo(runbook.entry("submit.outOfFunds", 1));
        assertThat(runbook.entry("submit.nothing", 1)).isNull();
    }
}
