package io.millrace.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** FAULTS.md claims nothing that is not there. */
class FaultTableTest {

    private static final Path PAGE = Path.of("FAULTS.md");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|ITCase))\\.(\\w+)`");
    private static final int FAULTS = 35;

    @Test
    void page_everyRow_isThereOnceAndNamesATest() throws IOException {
        List<String> rows = rows();

        assertThat(rows.stream().map(row -> row.split("\\|", 3)[1].strip()))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, FAULTS).mapToObj(String::valueOf).toList());
        assertThat(rows).allMatch(row -> TEST.matcher(row).find(), "names a test");
    }

    @Test
    void page_everyTestNamed_exists() throws IOException {
        for (String row : rows()) {
            Matcher named = TEST.matcher(row);
            while (named.find()) {
                String method = named.group(2);
                assertThat(sources(named.group(1)))
                        .as(named.group())
                        .anyMatch(source -> source.contains("void " + method + "("));
            }
        }
    }

    /** Its tests are named after the rows, so one that is not on the page was forgotten. */
    @Test
    void page_everyRowTest_isNamed() throws IOException {
        String page = Files.readString(PAGE);
        Pattern rowTest = Pattern.compile("void (row\\d\\d_\\w+)\\(");
        List<String> forgotten = new ArrayList<>();
        for (Path file : testSources()) {
            Matcher test = rowTest.matcher(Files.readString(file));
            while (test.find()) {
                if (!page.contains("." + test.group(1) + "`")) {
                    forgotten.add(file.getFileName() + " " + test.group(1));
                }
            }
        }
        assertThat(forgotten).isEmpty();
    }

    private static List<String> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| \\d+ \\|.*"))
                .toList();
    }

    /** Classes of several packages may have one simple name. */
    private static List<String> sources(String simpleName) throws IOException {
        List<String> sources = new ArrayList<>();
        for (Path file : testSources()) {
            if (file.endsWith(simpleName + ".java")) {
                sources.add(Files.readString(file));
            }
        }
        return sources;
    }

    private static List<Path> testSources() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String module :
                List.of("src/test/java", "../jobs/src/test/java", "../jobs/local/src/test/java")) {
            try (Stream<Path> all = Files.walk(Path.of(module))) {
                all.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
            }
        }
        return files;
    }
}
