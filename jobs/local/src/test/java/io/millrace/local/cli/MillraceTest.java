package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a user meets it. */
class MillraceTest {

    @TempDir private Path folder;

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream complained = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void release() {
        System.setOut(out);
        System.setErr(err);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "demo ",
                "up ",
                "fund ",
                "model ",
                "send ",
                "prove ",
                "audit ",
                "job stop ",
                "job start ",
                "recover ",
                "chaos "
            })
    void help_ofEveryCommand_saysHowToUseIt(String command) {
        assertThat(Millrace.run((command + "--help").split(" "))).isZero();
        assertThat(text(printed)).startsWith("Usage: millrace " + command.strip());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "send --input",
                "demo --requests=0",
                "demo --requests=x",
                "demo --cheat=bribe",
                "chaos --rate=0",
                "chaos --requesters=0",
                "chaos --max-faults=0",
                "chaos --minutes=0",
                "chaos --taskmanagers=1",
                "chaos --faults=kill-nobody",
                "prove",
                "fund",
                "nothing"
            })
    void command_wrongUse_saysSoAndEndsWith2(String command) {
        assertThat(Millrace.run(command.split(" "))).isEqualTo(2);
        assertThat(text(complained)).contains("Usage: millrace");
    }

    @Test
    void audit_noStack_saysHowToStartOne() {
        assertThat(Millrace.run("audit", "--json", "--dir", folder.toString())).isEqualTo(3);
        assertThat(text(complained)).contains("no stack in", "millrace up --dir");
        assertThat(text(printed)).as("standard output is the programs'").isEmpty();
    }

    @Test
    void up_modelThatIsNotBundled_namesThoseThatAre() {
        assertThat(Millrace.run("up", "--dir", folder.toString(), "--model", "gpt", "--model", "x"))
                .isEqualTo(3);
        assertThat(text(complained)).contains("[gpt, x]", "bge-small-en-v1.5");
    }

    @Test
    void prove_requestIdTooShort_saysHowLongItMustBe() {
        assertThat(Millrace.run("prove", "0x12", "--dir", folder.toString())).isEqualTo(3);
        assertThat(text(complained)).contains("0x12", "32");
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
