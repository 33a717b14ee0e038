package io.millrace.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WatchMetricsTest {

    private static final String TEXT =
            WatchMetrics.text(
                    new WatchFigures(7, 3, 1, true, 2, Map.of(Case.State.COMPENSATED, 5L)));

    /** An alert on what comes needs the 0 before it. */
    @Test
    void text_statesWithoutACase_areThereToo() {
        assertThat(TEXT.lines())
                .contains(
                        "millrace_watch_cases{state=\"compensated\"} 5",
                        "millrace_watch_cases{state=\"too_late\"} 0")
                .filteredOn(line -> line.startsWith("millrace_watch_cases{"))
                .hasSameSizeAs(Case.State.values());
    }

    @Test
    void text_figures_areThoseOfThePage() throws IOException {
        String page = Files.readString(Path.of("README.md"));
        int start = page.indexOf("<!-- table figures -->");
        String table = page.substring(start, page.indexOf("<!-- end -->", start));

        assertThat(names("(?m)^\\| `(\\w+)`", table))
                .isEqualTo(names("(?m)^# TYPE (\\w+) gauge$", TEXT));
    }

    /** Each state that the manifests' alerts ask for is one of ours. */
    @Test
    void text_statesOfTheAlerts_areThere() throws IOException {
        String alerts = Files.readString(Path.of("../../k8s/components/watch/alerts.yaml"));
        Set<String> asked =
                Pattern.compile("state=~?\"([^\"]+)\"")
                        .matcher(alerts)
                        .results()
                        .flatMap(found -> List.of(found.group(1).split("\\|")).stream())
                        .collect(Collectors.toSet());

        assertThat(asked)
                .isNotEmpty()
                .isSubsetOf(names("millrace_watch_cases\\{state=\"(\\w+)\"}", TEXT));
    }

    private static Set<String> names(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toSet());
    }
}
