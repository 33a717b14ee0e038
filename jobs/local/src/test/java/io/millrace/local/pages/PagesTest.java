package io.millrace.local.pages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.cli.Millrace;
import io.millrace.watch.cli.WatchProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What pages point at is there, and the first page stays one page. */
class PagesTest {

    private static final Page README = new Page("README.md");

    private static final int README_WORDS = 1_000;

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

    private static final Pattern JAVA_TEST =
            Pattern.compile("`(\\w+(?:Test|ITCase))(?:\\.(\\w+))?`");

    private static final Pattern SOLIDITY_TEST =
            Pattern.compile("`((?:invariant|test|testFuzz)_\\w+)`");

    private static final Pattern SOLIDITY_FILE = Pattern.compile("`(\\w+(?:\\.t)?\\.sol)`");

    private static final Pattern FIRST_CELL = Pattern.compile("(?m)^\\| `([^`]+)`");

    static List<Page> pages() throws IOException {
        return Page.all();
    }

    @Test
    void readme_read_takesFiveMinutes() throws IOException {
        assertThat(README.text().strip().split("\\s+")).hasSizeLessThanOrEqualTo(README_WORDS);
    }

    @Test
    void readme_promises_areTenWithOneTestEach() throws IOException {
        List<String> rows =
                matches(Pattern.compile("(?m)^\\| (M\\d+ \\|.*)$"), README.text())
                        .map(row -> row.group(1))
                        .toList();
        assertThat(rows)
                .map(row -> row.substring(0, row.indexOf(' ')))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 10).mapToObj(rule -> "M" + rule).toList());
        assertThat(rows)
                .allSatisfy(
                        row ->
                                assertThat(
                                                Stream.of(JAVA_TEST, SOLIDITY_TEST, SOLIDITY_FILE)
                                                        .flatMap(test -> matches(test, row)))
                                        .as(row)
                                        .hasSize(1));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void page_links_leadSomewhere(Page page) throws IOException {
        List<String> dead = new ArrayList<>();
        for (MatchResult link : matches(LINK, page.text()).toList()) {
            String target = link.group(1);
            if (target.startsWith("https://")) {
                continue;
            }
            String[] parts = target.split("#", 2);
            Path file = parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]);
            if (!Files.exists(file)
                    || (parts.length == 2 && !anchors(Files.readString(file)).contains(parts[1]))) {
                dead.add(target);
            }
        }
        assertThat(dead).as("dead links of " + page.path()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void page_testsItNames_exist(Page page) throws IOException {
        Map<String, String> java = sources(".java");
        Map<String, String> solidity = sources(".sol");
        List<String> missing = new ArrayList<>();
        for (MatchResult test : matches(JAVA_TEST, page.text()).toList()) {
            String source = java.get(test.group(1) + ".java");
            String method = test.group(2);
            if (source == null || (method != null && !source.contains("void " + method + "("))) {
                missing.add(test.group());
            }
        }
        for (MatchResult file : matches(SOLIDITY_FILE, page.text()).toList()) {
            if (!solidity.containsKey(file.group(1))) {
                missing.add(file.group());
            }
        }
        String all = String.join("\n", solidity.values());
        for (MatchResult test : matches(SOLIDITY_TEST, page.text()).toList()) {
            if (!all.contains("function " + test.group(1) + "(")) {
                missing.add(test.group());
            }
        }
        assertThat(missing).as("named by " + page.path() + " and nowhere to be found").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void page_commandsOfTheLauncher_exist(Page page) throws IOException {
        Set<String> commands =
                new HashSet<>(new CommandLine(Millrace.class).getSubcommands().keySet());
        commands.addAll(WatchProgram.commands().getSubcommands().keySet());
        assertThat(
                        matches(Pattern.compile("bin/millrace ([a-z]+)"), page.text())
                                .map(command -> command.group(1)))
                .as(page.path())
                .isSubsetOf(commands);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void page_scriptsOfNpm_exist(Page page) throws IOException {
        String packages = String.join("\n", sources("package.json").values());
        assertThat(matches(Pattern.compile("npm run ([a-z:]+)"), page.text()))
                .as(page.path())
                .allMatch(script -> packages.contains("\"" + script.group(1) + "\":"));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void page_pathsItLists_exist(Page page) throws IOException {
        assertThat(
                        matches(
                                        Pattern.compile(
                                                "(?m)^\\| path \\|.*\n(?:\\| `.*\n|\\|-.*\n)+"),
                                        page.text())
                                .flatMap(table -> matches(FIRST_CELL, table.group()))
                                .map(path -> page.file().resolveSibling(path.group(1))))
                .as(page.path())
                .allMatch(Files::exists);
    }

    @Test
    void readme_rooms_areThoseOfTheEngineAndTheFoldersBesideIt() throws IOException {
        Path engine = Page.ROOT.resolve("operators/src/main/java/io/millrace");
        List<String> rooms =
                README.firstCells("Where to start reading").stream()
                        .flatMap(cell -> matches(Pattern.compile("`([^`]+)`"), cell))
                        .map(room -> room.group(1))
                        .toList();
        assertThat(rooms)
                .allMatch(
                        room ->
                                Files.isDirectory(engine.resolve(room))
                                        || Files.isDirectory(Page.ROOT.resolve(room)));
        try (Stream<Path> packages = Files.walk(engine)) {
            assertThat(
                            packages.filter(file -> file.endsWith("package-info.java"))
                                    .map(file -> engine.relativize(file.getParent()).toString()))
                    .isSubsetOf(rooms);
        }
    }

    @Test
    void contracts_gas_isThatOfTheSnapshot() throws IOException {
        Page contracts = new Page("contracts/README.md");
        JsonNode snapshot =
                new ObjectMapper()
                        .readTree(Page.ROOT.resolve("contracts/snapshots/settle.json").toFile());
        List<String> rows =
                snapshot.properties().stream()
                        .map(
                                entry -> {
                                    int accounts =
                                            Integer.parseInt(
                                                    entry.getKey().replaceAll("[^0-9]", ""));
                                    long gas = entry.getValue().asLong();
                                    return String.format(
                                            Locale.ROOT,
                                            "%,d %,d %,d",
                                            accounts,
                                            gas,
                                            Math.round((double) gas / accounts));
                                })
                        .toList();
        assertThat(
                        matches(
                                        Pattern.compile(
                                                "(?m)^\\| ([\\d,]+) \\(.*\\) \\| ([\\d,]+) \\|"
                                                        + " ([\\d,]+) \\|$"),
                                        contracts.text())
                                .map(row -> row.group(1) + " " + row.group(2) + " " + row.group(3)))
                .containsExactlyInAnyOrderElementsOf(rows);
    }

    private static Stream<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static Map<String, String> sources(String end) throws IOException {
        Map<String, String> byName = new HashMap<>();
        for (Path file : Page.files(end)) {
            byName.put(file.getFileName().toString(), Files.readString(file));
        }
        return byName;
    }

    /** As GitHub makes them of headings. */
    private static List<String> anchors(String markdown) {
        return matches(Pattern.compile("(?m)^#+ (.*)$"), markdown)
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
                .toList();
    }
}
