package io.millrace.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of faults has every row once, and names only tests there are. */
class FaultsPageTest {

    private static final Path PAGE = Path.of("src/main/java/io/millrace/chain/FAULTS.md");
    private static final List<Path> TESTS =
            List.of(Path.of("src/test/java"), Path.of("../jobs/src/test/java"));
    private static final int ROWS = 32;

    @Test
    void page_everyFault_hasOneRow() throws IOException {
        List<Integer> rows =
                Pattern.compile("(?m)^\\| (\\d+) \\|")
                        .matcher(Files.readString(PAGE))
                        .results()
                        .map(it -> Integer.valueOf(it.group(1)))
                        .toList();

        assertThat(rows).isEqualTo(IntStream.rangeClosed(1, ROWS).boxed().toList());
    }

    @Test
    void page_everyTestNamed_exists() throws IOException {
        List<MatchResult> named =
                Pattern.compile("`(\\w+(?:Test|ITCase))\\.(\\w+)`")
                        .matcher(Files.readString(PAGE))
                        .results()
                        .toList();
        assertThat(named).hasSizeGreaterThan(30);
        Map<String, String> sources = sources();

        for (MatchResult test : named) {
            assertThat(sources).as("class of " + test.group()).containsKey(test.group(1));
            assertThat(sources.get(test.group(1)))
                    .as(test.group())
                    .containsPattern("void " + test.group(2) + "\\(");
        }
    }

    /** Test classes of one name in two packages count as one. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (Path root : TESTS) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.merge(name, Files.readString(file), String::concat);
                }
            }
        }
        return sources;
    }
}
