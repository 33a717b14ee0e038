package io.millrace.audit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit's own jar: its options, and what it says when something is missing. */
class AuditProgramTest {

    private static final String ADDRESS = "0x" + "a1".repeat(20);

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PrintStream standardError = System.err;

    @TempDir private Path folder;

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void leave() {
        System.setErr(standardError);
    }

    @Test
    void audit_withoutOptions_namesThem() {
        assertThat(AuditProgram.run("audit")).isEqualTo(2);
        assertThat(said())
                .contains(
                        "--kafka.bootstrap.servers",
                        "--chain.rpc.urls",
                        "--vault.address",
                        "--registry.address");
    }

    @Test
    void audit_configFile_fillsTheOptions() throws IOException {
        Path config = folder.resolve("job.properties");
        String node = "http://127.0.0.1:" + closedPort();
        Files.writeString(
                config,
                """
                kafka.bootstrap.servers=127.0.0.1:1
                chain.rpc.urls=%s;http://127.0.0.1:2
                vault.address=%s
                registry.address=%s
                settle.shard.depth=4
                """
                        .formatted(node, ADDRESS, ADDRESS));

        assertThat(AuditProgram.run("audit", "--config", config.toString(), "--json")).isEqualTo(3);
        assertThat(said()).as("the node of the file was asked").doesNotContain("Missing required");
    }

    @Test
    void audit_configFileMissing_says() {
        assertThat(AuditProgram.run("audit", "--config", folder.resolve("none").toString()))
                .isEqualTo(3);
        assertThat(said()).contains("there is no file", "--config");
    }

    @Test
    void audit_oneOfSeveralConfigFilesMissing_saysWhich() throws IOException {
        Path there = Files.writeString(folder.resolve("there"), "vault.address=" + ADDRESS);

        assertThat(AuditProgram.run("audit", "--config", there + "," + folder.resolve("none")))
                .isEqualTo(3);
        assertThat(said()).contains("there is no file " + folder.resolve("none"));
    }

    @Test
    void prove_noRequestId_wrongUse() {
        assertThat(AuditProgram.run("prove", "--vault.address", ADDRESS)).isEqualTo(2);
    }

    private String said() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
