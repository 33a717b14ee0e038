package io.millrace.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a script would run it. */
class DemoITCase {

    @TempDir private Path folder;

    @Test
    void demo_linesOfAFileAsJson_settlesProvesAndBalances() throws Exception {
        Path input =
                Files.writeString(
                        folder.resolve("texts"),
                        "All happy families are alike\nevery unhappy family is unhappy in its own"
                                + " way\n");
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        int exitCode;
        try {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            exitCode =
                    Millrace.run(
                            "demo",
                            "--requests=110",
                            "--providers=3",
                            "--input",
                            input.toString(),
                            "--json");
        } finally {
            System.setOut(out);
        }

        assertThat(exitCode).as(printed.toString(StandardCharsets.UTF_8)).isZero();
        String[] lines = printed.toString(StandardCharsets.UTF_8).split("\n");
        assertThat(lines).as("all else goes to standard error").hasSize(1);
        JsonNode result = new ObjectMapper().readTree(lines[0]);
        assertThat(result.fieldNames())
                .toIterable()
                .containsExactly("ok", "seconds", "requests", "tokens", "epochs", "books", "proof");
        assertThat(result.path("requests").toString())
                .isEqualTo("{\"sent\":110,\"answered\":99,\"rejected\":11}");
        long receipts = 0;
        for (JsonNode epoch : result.path("epochs")) {
            assertThat(epoch.path("transaction").asText()).matches("0x[0-9a-f]{64}");
            assertThat(epoch.path("gas").asLong()).isPositive();
            receipts += epoch.path("receipts").asLong();
        }
        assertThat(receipts).as("receipts of all epochs").isEqualTo(99);
        assertThat(result.path("books").path("ok").asBoolean()).isTrue();
        assertThat(result.path("proof").path("verified").asBoolean()).isTrue();
    }
}
