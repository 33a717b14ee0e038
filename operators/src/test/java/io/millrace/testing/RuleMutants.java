package io.millrace.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Applies each patch of {@code src/test/mutants} to a copy of the file it names and demands that
 * the tests which it cites fail with it and pass without it. Started by {@code
 * src/test/mutants/run.sh}, in the folder of the module.
 */
final class RuleMutants {

    private static final Path ROOT = Path.of("..");
    private static final Path MUTANTS = Path.of("src", "test", "mutants");

    private final PrintStream out = new PrintStream(System.out, true, UTF_8);

    private RuleMutants() {}

    /** All of them, or those whose names begin with an argument. */
    public static void main(String[] names) throws IOException, InterruptedException {
        List<RuleMutant> chosen = new ArrayList<>();
        for (RuleMutant mutant : RuleMutant.in(MUTANTS)) {
            if (names.length == 0 || Stream.of(names).anyMatch(mutant.name()::startsWith)) {
                chosen.add(mutant);
            }
        }
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException(
                    "no patch in " + MUTANTS + " has a name that begins with one of those given");
        }
        System.exit(new RuleMutants().run(chosen) ? 0 : 1);
    }

    private boolean run(List<RuleMutant> mutants) throws IOException, InterruptedException {
        Set<String> cited = new TreeSet<>();
        mutants.forEach(mutant -> cited.addAll(mutant.killedBy()));
        Set<String> failing = failing(cited, System.getProperty("java.class.path"));
        if (!failing.isEmpty()) {
            out.println("these fail without any mutant, mend them first: " + failing);
            return false;
        }
        int survivors = 0;
        for (RuleMutant mutant : mutants) {
            Set<String> passing = new TreeSet<>(mutant.killedBy());
            passing.removeAll(failingWith(mutant));
            survivors += passing.isEmpty() ? 0 : 1;
            out.printf(
                    "%-4s %-8s %s: %s%n",
                    mutant.rule(),
                    passing.isEmpty() ? "killed" : "SURVIVES",
                    mutant.name(),
                    mutant.breaks());
            for (String test : mutant.killedBy()) {
                out.printf("       %s %s%n", passing.contains(test) ? "passes" : "fails ", test);
            }
        }
        out.printf("%d mutants, %d survive%n", mutants.size(), survivors);
        return survivors == 0;
    }

    private static Set<String> failingWith(RuleMutant mutant)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("mutant");
        try {
            Path source = folder.resolve(Path.of(mutant.file()).getFileName());
            Files.writeString(source, mutant.mutatedSource(ROOT));
            Path classes = Files.createDirectory(folder.resolve("classes"));
            compile(source, classes);
            String classPath = classes + File.pathSeparator + System.getProperty("java.class.path");
            return failing(new TreeSet<>(mutant.killedBy()), classPath);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }

    private static void compile(Path source, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            List<String> options = List.of("-proc:none", "-nowarn", "-d", classes.toString());
            boolean compiled =
                    compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    options,
                                    null,
                                    files.getJavaFileObjects(source))
                            .call();
            if (!compiled) {
                throw new IOException("the mutant in " + source + " does not compile");
            }
        }
    }

    /** Which of {@code tests} fail in a process with that class path. */
    private static Set<String> failing(Set<String> tests, String classPath)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.add("--add-opens=java.base/java.util=ALL-UNNAMED");
        command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
        command.addAll(List.of("-Dai.djl.offline=true", "-cp", classPath));
        command.add(CitedTests.class.getName());
        command.addAll(tests);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        int exit = process.waitFor();
        Set<String> failed = new TreeSet<>();
        Set<String> passed = new TreeSet<>();
        for (String line : output.lines().toList()) {
            if (line.startsWith(CitedTests.FAILED)) {
                failed.add(line.substring(CitedTests.FAILED.length()));
            } else if (line.startsWith(CitedTests.PASSED)) {
                passed.add(line.substring(CitedTests.PASSED.length()));
            }
        }
        if (exit != 0 || failed.size() + passed.size() != tests.size()) {
            throw new IOException("exit status " + exit + " of the tests:\n" + output);
        }
        return failed;
    }
}
