package io.millrace.local.pages;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static io.millrace.local.pages.MarkdownTable.code;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType;
import io.millrace.metrics.Metric;
import io.millrace.metrics.MetricRegistrar;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.flink.metrics.MetricGroup;
import org.junit.jupiter.api.Test;

/** Metrics are registered as they are described, and the runbook shows them all. */
class MetricsTest {

    private static final Page RUNBOOK = new Page("jobs/RUNBOOK.md");

    /** In the order of the flow. */
    private static final List<String> GROUPS =
            List.of("admit", "infer", "meter", "settle", "submit", "chain");

    @Test
    void metrics_inThePage_areThoseOfTheCode() throws Exception {
        MarkdownTable table = new MarkdownTable("metric", "kind", "meaning", "alarm");
        for (Metric metric : metrics()) {
            table.row(
                    code(metric.label()),
                    metric.kind().name().toLowerCase(Locale.ROOT),
                    metric.meaning(),
                    metric.alarm() ? "alarm" : "");
        }
        RUNBOOK.assertTable("metrics", table);
    }

    @Test
    void alarms_inThePage_areThoseOfTheCode() throws Exception {
        List<Metric> metrics = metrics();
        List<String> rows = alarmsInThePage();
        assertThat(rows)
                .as("only metrics that there are")
                .allMatch(row -> metrics.stream().anyMatch(metric -> names(row, metric)));
        assertThat(metrics.stream().filter(Metric::alarm))
                .as("what to do about each alarm")
                .allMatch(metric -> rows.stream().anyMatch(row -> names(row, metric)));
    }

    @Test
    void metrics_everyOne_isRegistered() {
        assertThat(EngineMetrics.constants())
                .isNotEmpty()
                .allMatch(
                        field ->
                                field.getAccessesToSelf().stream()
                                        .anyMatch(
                                                access ->
                                                        access.getAccessType() == AccessType.GET));
    }

    @Test
    void metrics_unlessDescribed_cannotBeRegistered() {
        noClasses()
                .that()
                .resideOutsideOfPackage(MetricRegistrar.class.getPackageName())
                .should()
                .callMethodWhere(
                        DescribedPredicate.describe(
                                "it is Flink's MetricGroup that makes a group or a metric",
                                call ->
                                        call.getTargetOwner().isAssignableTo(MetricGroup.class)
                                                && Pattern.matches(
                                                        "addGroup|counter|gauge|histogram|meter",
                                                        call.getTarget().getName())))
                .check(EngineMetrics.ENGINE);
    }

    /** A row may shorten a name after the first one to what follows the group. */
    private static List<String> alarmsInThePage() throws IOException {
        List<String> names = new ArrayList<>();
        for (String cell : RUNBOOK.firstCells("Alarms")) {
            String group = "";
            for (String name : cell.replaceAll("[` ]", "").split(",")) {
                String first = name.split("\\.", 2)[0];
                if (GROUPS.contains(first)) {
                    group = first;
                    names.add(name);
                } else {
                    names.add(group + "." + name);
                }
            }
        }
        return names;
    }

    private static boolean names(String row, Metric metric) {
        String name = metric.group() + "." + metric.name();
        return metric.each().isEmpty() ? row.equals(name) : row.startsWith(name + ".");
    }

    private static List<Metric> metrics() throws IllegalAccessException {
        List<Metric> metrics = new ArrayList<>(EngineMetrics.all());
        metrics.sort(Comparator.comparing(metric -> GROUPS.indexOf(metric.group())));
        assertThat(metrics).allMatch(metric -> GROUPS.contains(metric.group()));
        return metrics;
    }
}
