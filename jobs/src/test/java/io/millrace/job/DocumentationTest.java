package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.junit.jupiter.api.Test;

/** What the Kubernetes manifests say about options is what the job knows. */
class DocumentationTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static List<String> keys() {
        return JobOptions.ALL.stream().map(ConfigOption::key).toList();
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
}
