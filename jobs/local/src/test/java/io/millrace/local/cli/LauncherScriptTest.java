package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.stack.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script in a tree of a few files, where Maven and Java are a few lines of shell. */
class LauncherScriptTest {

    private static final String ESCAPE = "\u001b";

    @TempDir private Path folder;

    private Path tree;

    private record Run(int status, String out, String err) {}

    @BeforeEach
    void plant() throws IOException {
        tree = folder.resolve("tree");
        Path bin = Files.createDirectories(tree.resolve("jobs/bin"));
        for (String script : List.of("millrace", "sources-digest")) {
            Files.copy(
                    Installation.locate().home().resolve("jobs/bin").resolve(script),
                    bin.resolve(script),
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        write(tree.resolve("pom.xml"), "<project/>");
        write(tree.resolve("operators/src/main/java/A.java"), "class A {}");
        write(tree.resolve("operators/src/test/java/ATest.java"), "class ATest {}");
        script("bin/npm", "exit 0");
        script("jdk/bin/javac", "echo javac 17.0.9");
        script("jdk/bin/java", "echo \"$CLASSPATH\"; echo \"$@\"");
        script(
                "bin/mvn",
                "echo built >> '%s/builds'".formatted(folder),
                "printf '\\033[0mnoise of npm\\033[0m\\n'; printf 'more\\n' >&2",
                "[ ! -e '%s/broken' ] || exit 1".formatted(folder),
                "home=$(dirname \"$(echo \"$@\" | sed 's/.*-f \\([^ ]*\\).*/\\1/')\")",
                "printf '%s' \"/m2/x.jar:$home/jobs/target/millrace-jobs-1.jar\""
                        + " > \"$home/jobs/local/target/launcher.classpath\"",
                "\"$home/jobs/bin/sources-digest\" > \"$home/jobs/local/target/launcher.sources\"");
    }

    @Test
    void start_unbuilt_buildsOnceAndSaysOneLine() throws Exception {
        Run first = run(tree);
        assertThat(first.err()).as("what is said of a build").hasLineCount(1).contains("building");
        assertThat(first.status()).isZero();
        Run second = run(tree);
        assertThat(second.err()).isEmpty();
        assertThat(builds()).isEqualTo(1);
    }

    /** All its files are new, in any order: it used to be built again, for minutes. */
    @Test
    void start_copiedTree_runsItsOwnModulesUnbuilt() throws Exception {
        run(tree);
        Path copy = folder.resolve("copy");
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(tree.relativize(file).toString()));
            }
        }
        Path source = copy.resolve("operators/src/main/java/A.java");
        Files.setLastModifiedTime(
                source, FileTime.fromMillis(System.currentTimeMillis() + 3_600_000));

        Run run = run(copy);

        assertThat(builds()).as("builds").isEqualTo(1);
        assertThat(run.out())
                .contains("/m2/x.jar:" + copy + "/jobs/target/millrace-jobs-1.jar")
                .doesNotContain(tree + "/");
    }

    @Test
    void start_changedSource_builds() throws Exception {
        run(tree);
        Path source = tree.resolve("operators/src/main/java/A.java");
        FileTime before = Files.getLastModifiedTime(source);
        write(source, "class B {}");
        Files.setLastModifiedTime(source, before);
        run(tree);
        assertThat(builds()).isEqualTo(2);
        write(tree.resolve("operators/src/main/java/C.java"), "class C {}");
        run(tree);
        assertThat(builds()).as("a new file").isEqualTo(3);
    }

    @Test
    void start_changedTest_doesNotBuild() throws Exception {
        run(tree);
        write(tree.resolve("operators/src/test/java/ATest.java"), "class BTest {}");
        run(tree);
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void start_brokenBuild_showsWhatItSaidWithoutEscapeCodes() throws Exception {
        write(folder.resolve("broken"), "");
        Run run = run(tree);
        assertThat(run.status()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("noise of npm", "more", "the build failed", "launcher-build.log")
                .doesNotContain(ESCAPE);
    }

    @Test
    void start_noTerminal_asksForNoColours() throws Exception {
        assertThat(run(tree).out())
                .contains("-Dmillrace.terminal=false", "-Dpicocli.ansi=false")
                .doesNotContain(ESCAPE);
    }

    private Run run(Path home) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder process =
                new ProcessBuilder(home.resolve("jobs/bin/millrace").toString(), "audit")
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        process.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        process.environment().merge("PATH", "", (path, none) -> folder.resolve("bin") + ":" + path);
        int status = process.start().waitFor();
        return new Run(status, Files.readString(out), Files.readString(err));
    }

    private long builds() throws IOException {
        return Files.readAllLines(folder.resolve("builds")).size();
    }

    private void script(String name, String... lines) throws IOException {
        Path file = folder.resolve(name);
        write(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
