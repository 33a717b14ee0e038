package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit shares no code with what it judges: it cannot even see it. */
class IndependenceTest {

    private static final String PACKAGE_INFO = "package-info";

    @ParameterizedTest
    @ValueSource(strings = {"../../operators/src/main/java", "../src/main/java"})
    void classPath_ofTheAudit_hasNoClassOfTheEngine(String sources) throws IOException {
        List<String> engine = classes(Path.of(sources));

        assertThat(engine).hasSizeGreaterThan(10);
        assertThat(engine).filteredOn(IndependenceTest::isVisible).isEmpty();
    }

    private static List<String> classes(Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return files.map(file -> sources.relativize(file).toString())
                    .filter(file -> file.endsWith(".java") && !file.contains(PACKAGE_INFO))
                    .map(file -> file.replace(".java", "").replace('/', '.'))
                    .toList();
        }
    }

    private static boolean isVisible(String name) {
        try {
            Class.forName(name, false, IndependenceTest.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
