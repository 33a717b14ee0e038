package io.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every money rule has a mutant that still fits the code, and each mutant names tests that exist.
 * That those tests fail with it is shown by {@code src/test/mutants/run.sh} and, for the contracts,
 * by {@code npm run mutants:rules}: they compile and run each, which takes minutes.
 */
class RuleMutantsTest {

    private static final Path ROOT = Path.of("..");
    private static final Path JAVA = Path.of("src", "test", "mutants");
    private static final Path SOLIDITY = Path.of("..", "contracts", "test", "mutants", "rules");

    @Test
    void rules_oneToTen_haveAMutantEach() throws IOException {
        List<RuleMutant> all = new ArrayList<>(RuleMutant.in(JAVA));
        all.addAll(RuleMutant.in(SOLIDITY));
        Set<String> rules = all.stream().map(RuleMutant::rule).collect(Collectors.toSet());
        assertThat(rules)
                .as("money rules with a mutant")
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 10).mapToObj(n -> "M" + n).toList());
    }

    @Test
    void mutants_inJava_fitTheCodeAndNameTestsThatExist()
            throws IOException, ClassNotFoundException {
        for (RuleMutant mutant : RuleMutant.in(JAVA)) {
            assertThat(mutant.mutatedSource(ROOT)).as(mutant.name()).isNotEmpty();
            for (String test : mutant.killedBy()) {
                assertThat(CitedTests.methods(test)).as(test).isNotEmpty();
            }
        }
    }

    @Test
    void mutants_inSolidity_fitTheCodeAndNameTestsThatExist() throws IOException {
        Set<String> tests = solidityTests();
        for (RuleMutant mutant : RuleMutant.in(SOLIDITY)) {
            assertThat(mutant.mutatedSource(ROOT)).as(mutant.name()).isNotEmpty();
            assertThat(tests).as(mutant.name()).containsAll(mutant.killedBy());
        }
    }

    private static Set<String> solidityTests() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("..", "contracts", "test"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".t.sol")).toList()) {
                for (String line : Files.readAllLines(file)) {
                    if (line.strip().startsWith("function ") && line.contains("(")) {
                        names.add(line.strip().substring("function ".length()).split("\\(", 2)[0]);
                    }
                }
            }
        }
        return names;
    }
}
