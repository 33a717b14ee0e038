package io.millrace.local.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Markdown page of the repository. Where a table comes from code, it stands between {@code <!--
 * table NAME -->} and {@code <!-- end -->}.
 *
 * @param path from the root of the repository, as {@code jobs/README.md}
 */
public record Page(String path) {

    static final Path ROOT = root();

    /** Given on the command line, tables are written instead of compared. */
    static final String WRITE = "millrace.docs.write";

    private static final Set<String> NOT_OURS = Set.of("node_modules", "target", ".git", "lib");

    static List<Page> all() throws IOException {
        return files(".md").stream()
                .map(file -> new Page(ROOT.relativize(file).toString()))
                .toList();
    }

    /** Files of the repository whose names end so, without what is built or installed. */
    static List<Path> files(String... ends) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(
                ROOT,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path folder, BasicFileAttributes attributes) {
                        return NOT_OURS.contains(folder.getFileName().toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        for (String end : ends) {
                            if (file.toString().endsWith(end)) {
                                found.add(file);
                            }
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }

    /** The part under a heading of second order. */
    String section(String heading) throws IOException {
        String text = text();
        int from = text.indexOf("\n## " + heading + "\n");
        assertThat(from).as("%s has no section %s", path, heading).isNotNegative();
        int to = text.indexOf("\n## ", from + 1);
        return to < 0 ? text.substring(from) : text.substring(from, to);
    }

    /** First cells of the rows of a section's table, its head left out. */
    List<String> firstCells(String heading) throws IOException {
        return Pattern.compile("(?m)^\\| ([^|]+) \\|")
                .matcher(section(heading))
                .results()
                .skip(1)
                .map(row -> row.group(1))
                .filter(cell -> !cell.startsWith("---"))
                .toList();
    }

    Path file() {
        return ROOT.resolve(path);
    }

    public String text() throws IOException {
        return Files.readString(file());
    }

    void assertTable(String name, MarkdownTable table) throws IOException {
        String text = text();
        Matcher shown =
                Pattern.compile("(?s)(?<=<!-- table " + name + " -->\n).*?(?=<!-- end -->)")
                        .matcher(text);
        assertThat(shown.find())
                .as("%s has no lines <!-- table %s --> and <!-- end -->", path, name)
                .isTrue();
        String expected = "\n" + table + "\n";
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(
                    file(),
                    text.substring(0, shown.start()) + expected + text.substring(shown.end()));
        } else {
            assertThat(shown.group())
                    .as(
                            "table %s of %s is not what the code says; run this test again with"
                                    + " -D%s=true, which writes it, and read the difference",
                            name, path, WRITE)
                    .isEqualTo(expected);
        }
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("LICENSE"))) {
            folder = Objects.requireNonNull(folder.getParent(), "no LICENSE above this folder");
        }
        return folder;
    }
}
