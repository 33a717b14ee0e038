package io.millrace.local.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Each paragraph of the runbook that tells a person what to do has a test that does it. The list is
 * {@code remedies.tsv}: the paragraph as the page begins it, and the tests.
 */
class RemediesTest {

    private static final Page RUNBOOK = new Page("jobs/RUNBOOK.md");

    private static final Path LIST =
            Page.ROOT.resolve("jobs/local/src/test/resources/io/millrace/local/pages/remedies.tsv");

    /** A metric alone is no name: several alarms may be told by its value. */
    private static final Pattern ALARM = Pattern.compile("(?m)^\\| (`[^|]+ \\| [^|]+) \\|");

    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([^|]+) \\|");
    private static final Pattern OF_THE_STACK = Pattern.compile("(\"[^\"]+\"): ");
    private static final Pattern PROCEDURE = Pattern.compile("(?m)^- \\*\\*([^*]+)\\*\\*");
    private static final Pattern HEADING = Pattern.compile("(?m)^### (.+)$");
    private static final Pattern TEST = Pattern.compile("(\\w+)\\.(\\w+)");

    @Test
    void remedies_ofTheRunbook_eachHasATestThatExecutesIt() throws IOException {
        assertThat(listed().keySet())
                .as("paragraphs of %s, and of %s", RUNBOOK.path(), LIST.getFileName())
                .containsExactlyInAnyOrderElementsOf(paragraphs());
    }

    @Test
    void tests_listed_exist() throws IOException {
        Map<String, String> sources = sources();
        List<String> missing = new ArrayList<>();
        for (var remedy : listed().entrySet()) {
            assertThat(remedy.getValue()).as("tests of " + remedy.getKey()).isNotEmpty();
            for (String test : remedy.getValue()) {
                Matcher name = TEST.matcher(test);
                if (!name.matches() || !declares(sources, name.group(1), name.group(2))) {
                    missing.add(test);
                }
            }
        }
        assertThat(missing).as("listed and nowhere to be found").isEmpty();
    }

    private static boolean declares(Map<String, String> sources, String type, String test) {
        String source = sources.getOrDefault(type, "");
        return source.contains("void " + test + "(") || source.contains("function " + test + "(");
    }

    private static List<String> paragraphs() throws IOException {
        List<String> all = new ArrayList<>(found(ALARM, RUNBOOK.section("Alarms")));
        String errors = RUNBOOK.section("Errors that end the job");
        found(ROW, errors).stream()
                .filter(cell -> !cell.equals("the message says") && !cell.equals("it says"))
                .filter(cell -> !cell.startsWith("---"))
                .forEach(all::add);
        all.addAll(found(OF_THE_STACK, errors.substring(errors.indexOf("\nOf the local stack:"))));
        String procedures = RUNBOOK.section("Procedures");
        all.addAll(found(PROCEDURE, procedures));
        all.addAll(found(HEADING, procedures));
        return all;
    }

    private static List<String> found(Pattern paragraph, String text) {
        return paragraph.matcher(text).results().map(match -> match.group(1)).toList();
    }

    private static Map<String, List<String>> listed() throws IOException {
        Map<String, List<String>> listed = new TreeMap<>();
        for (String line : Files.readAllLines(LIST)) {
            String[] columns = line.split("\t");
            List<String> before =
                    listed.put(columns[0], List.of(columns).subList(1, columns.length));
            assertThat(before).as("listed twice: " + columns[0]).isNull();
        }
        return listed;
    }

    /** Tests by the name of their file. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (Path file : Page.files("Test.java", "ITCase.java", ".t.sol")) {
            String name = file.getFileName().toString();
            sources.merge(
                    name.substring(0, name.indexOf('.')), Files.readString(file), String::concat);
        }
        return sources;
    }
}
