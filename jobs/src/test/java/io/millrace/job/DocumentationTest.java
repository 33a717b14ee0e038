package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.junit.jupiter.api.Test;

/** What README and the Kubernetes manifests say about options is what the job knows. */
class DocumentationTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static List<String> keys() {
        return JobOptions.ALL.stream().map(ConfigOption::key).toList();
    }

    @Test
    void readme_configurationTable_hasEveryOptionOnce() throws IOException {
        List<String> rows =
                Pattern.compile("(?m)^\\| `([a-z.-]+)` \\|")
                        .matcher(
                                section(
                                        Files.readString(ROOT.resolve("README.md")),
                                        "## Configuration"))
                        .results()
                        .map(row -> row.group(1))
                        .toList();
        assertThat(rows).containsExactlyInAnyOrderElementsOf(keys());
    }

    @Test
    void readme_configurationTable_hasTheRealDefaults() throws IOException {
        String table = section(Files.readString(ROOT.resolve("README.md")), "## Configuration");
        for (ConfigOption<?> option : JobOptions.ALL) {
            if (!option.hasDefaultValue()) {
                continue;
            }
            String shown = shown(option.defaultValue());
            assertThat(table)
                    .as("default of " + option.key())
                    .contains("| `" + option.key() + "` | " + shown + " |");
        }
    }

    @Test
    void manifests_options_areKnown() throws IOException {
        String yaml = Files.readString(ROOT.resolve("k8s/base/flink-deployment.yaml"));
        List<String> given =
                Pattern.compile("(?m)^ +--([a-z.-]+),")
                        .matcher(yaml)
                        .results()
                        .map(MatchResult::group)
                        .toList();
        assertThat(given).isNotEmpty();
        assertThat(given)
                .allSatisfy(
                        line ->
                                assertThat(keys())
                                        .contains(line.strip().substring(2).replace(",", "")));
    }

    private static String shown(Object value) {
        if (value instanceof Duration duration) {
            return duration.toMillis() % 60_000 == 0
                    ? duration.toMinutes() + " min"
                    : duration.toMillis() % 1000 == 0
                            ? duration.toSeconds() + " s"
                            : duration.toMillis() + " ms";
        }
        return value instanceof Enum<?> choice
                ? choice.name().toLowerCase(Locale.ROOT)
                : value.toString();
    }

    private static String section(String markdown, String heading) {
        int from = markdown.indexOf(heading + "\n");
        assertThat(from).as("README has no section " + heading).isPositive();
        int to = markdown.indexOf("\n## ", from + 1);
        return to < 0 ? markdown.substring(from) : markdown.substring(from, to);
    }
}
