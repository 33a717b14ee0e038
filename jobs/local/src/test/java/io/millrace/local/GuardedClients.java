package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.audit.read.KafkaAccess;
import io.millrace.client.Answer;
import io.millrace.client.Deployment;
import io.millrace.client.MillraceClient;
import io.millrace.local.pages.Script;
import io.millrace.local.stack.GuardedDoor;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.StackFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The clients that a project publishes, at brokers with TLS and a login: one answer and its proof.
 */
final class GuardedClients {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Path folder;
    private final GuardedDoor door;
    private final StackFile stack;

    GuardedClients(Path folder, GuardedDoor door, StackFile stack) {
        this.folder = folder;
        this.door = door;
        this.stack = stack;
    }

    void askInEachLanguage() throws Exception {
        inJava();
        assertVerified("node", "jobs/clients/typescript/test/login.mjs");
        assertVerified(
                home("jobs/clients/python/tools/python"), "jobs/clients/python/tests/login.py");
    }

    private void inJava() throws Exception {
        var login = KafkaAccess.of(door.bootstrapServers(), door.clientFile().toString()).login();
        Deployment deployment =
                new Deployment(
                                door.bootstrapServers(),
                                stack.rpcUrl(),
                                stack.chainId(),
                                stack.vault(),
                                stack.model())
                        .withKafkaLogin(login);
        try (MillraceClient client =
                MillraceClient.connect(deployment, Files.readString(keyFile()))) {
            Answer answer = client.ask("Call me Ishmael.", 10_000);
            await("the charge is settled")
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                var proof = client.receipt(answer);
                                return proof.isPresent() && client.verify(answer, proof.get());
                            });
        }
    }

    private void assertVerified(String interpreter, String script) throws Exception {
        assertThat(
                        new Script(folder)
                                .run(
                                        interpreter,
                                        home(script),
                                        door.doorFile(stack).toString(),
                                        keyFile().toString()))
                .isEqualTo("verified");
    }

    private static String home(String path) throws Exception {
        return Installation.locate().home().resolve(path).toString();
    }

    private Path keyFile() {
        return Path.of(stack.requesters().get(0).keyFile());
    }
}
