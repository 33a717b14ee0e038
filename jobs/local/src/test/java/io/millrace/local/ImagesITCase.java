package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.image.ImageTree;
import io.millrace.local.pages.Script;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.Ports;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackProcess;
import io.millrace.local.stack.TestStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The images of page, gateway and watcher, assembled and started as their Dockerfiles say with the
 * options of their components, beside a running engine. They write nowhere but where the manifests
 * mount a volume.
 */
class ImagesITCase {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final String TOKEN = "mr-a-token-of-this-test";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @RegisterExtension private static final TestStack STACK = new TestStack();

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = Ports.free(1).get(0);

    @TempDir private Path folder;

    @Test
    void page_asItsImageHoldsIt_showsTheDeployment() throws Exception {
        StackFile stack = STACK.get().file();
        ImageTree tree = ImageTree.assemble("page", folder.resolve("image"));
        String job = "/opt/millrace/options/common.yaml";
        String common = "/opt/millrace/page-options/page-common.yaml";
        writeOptions(stack, tree.at(job));
        Files.writeString(
                tree.at(common),
                tree.here(component("page/page-common.yaml"))
                        .replace("0.0.0.0", "127.0.0.1")
                        .replace("page.port: 8070", "page.port: " + port));
        Map<String, Long> before = tree.files(Set.of("/opt/millrace/data"));

        try (StackProcess page =
                process("page", "/", tree.command("--config", job + "," + common))) {
            page.start();
            JsonNode config = MAPPER.readTree(get("/api/config").body());
            assertThat(config.path("vault").asText()).isEqualToIgnoringCase(stack.vault());
        }
        assertThat(tree.files(Set.of("/opt/millrace/data"))).isEqualTo(before);
    }

    @Test
    void watcher_asItsImageHoldsIt_followsTheDeployment() throws Exception {
        StackFile stack = STACK.get().file();
        ImageTree tree = ImageTree.assemble("watch", folder.resolve("image"));
        String job = "/opt/millrace/options/common.yaml";
        String common = "/opt/millrace/watch-options/watch-common.yaml";
        writeOptions(stack, tree.at(job));
        Files.writeString(
                tree.at(common),
                tree.here(component("watch/watch-common.yaml"))
                        .replace("0.0.0.0", "127.0.0.1")
                        .replace("watch.port: 8071", "watch.port: " + port));
        Path key = tree.at("/opt/millrace/keys/watch/watch.key");
        Files.writeString(key, "0x" + "1".repeat(64));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--r-----"));
        Map<String, Long> before = tree.files(Set.of("/opt/millrace/data"));

        try (StackProcess watcher =
                process(
                        "watch",
                        "/metrics",
                        tree.command("watch", "--config", job + "," + common))) {
            watcher.start();
            await("it reads the topics and the chain")
                    .atMost(START_LIMIT)
                    .untilAsserted(
                            () ->
                                    assertThat(get("/metrics").body())
                                            .contains("millrace_watch_topics_readable 1")
                                            .containsPattern("millrace_watch_block [1-9]"));
        }
        assertThat(tree.files(Set.of("/opt/millrace/data"))).isEqualTo(before);
    }

    @Test
    void gateway_asItsImageHoldsIt_answersWhoHasAToken() throws Exception {
        LocalStack stack = STACK.get();
        ImageTree tree = ImageTree.assemble("gateway", folder.resolve("image"));
        writeKey(tree, Path.of(stack.file().requesters().get(1).keyFile()));
        String common = "/opt/millrace/options/gateway-common.yaml";
        String own = "/opt/millrace/options/gateway.yaml";
        Files.writeString(
                tree.at(common),
                tree.here(component("gateway/gateway-common.yaml"))
                        .replace("0.0.0.0", "127.0.0.1")
                        .replace("port: 8090", "port: " + port));
        Files.writeString(tree.at(own), options(stack.file()));
        tree.at("/opt/millrace/spent/spent.journal"); // the volume is there
        Map<String, Long> before = tree.files(Set.of("/opt/millrace/spent"));

        try (StackClient client = StackClient.fromNowOn(stack);
                StackProcess gateway = process("gateway", "/healthz", tree.command(common, own))) {
            gateway.start();
            assertThat(ask("mr-somebody-else").statusCode()).isEqualTo(401);
            HttpResponse<String> answer = ask(TOKEN);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(MAPPER.readTree(answer.body()).path("data")).hasSize(1);
            client.awaitThat("the charge", view -> !view.charges().isEmpty());
            client.awaitSettled();
        }
        assertThat(tree.files(Set.of("/opt/millrace/spent"))).isEqualTo(before);
        assertThat(tree.at("/opt/millrace/spent/spent.journal")).isNotEmptyFile();
    }

    private static void writeOptions(StackFile stack, Path file) throws IOException {
        Files.writeString(
                file,
                stack.jobOptions().entrySet().stream()
                        .map(option -> option.getKey() + ": " + option.getValue())
                        .collect(Collectors.joining("\n")));
    }

    /** As the secret of the manifests has it: nobody else reads it. */
    private void writeKey(ImageTree tree, Path key) throws Exception {
        Path passphrase = tree.at("/opt/millrace/keys/gateway/passphrase");
        Files.writeString(passphrase, "correct horse battery staple\n");
        Files.setPosixFilePermissions(passphrase, PosixFilePermissions.fromString("r--r-----"));
        Path tool = tree.at("/opt/millrace/gateway/dist/tools/keystore.js");
        Files.writeString(
                tree.at("/opt/millrace/keys/gateway/keystore.json"),
                new Script(folder)
                        .run("node", tool.toString(), key.toString(), passphrase.toString()));
    }

    private static String options(StackFile stack) throws Exception {
        String digest =
                HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256").digest(TOKEN.getBytes(UTF_8)));
        return """
        engine:
          brokers: ["%s"]
          rpcUrl: %s
          chainId: %d
          vault: "%s"
        models:
          all-MiniLM-L6-v2: "%s"
        tokens:
          - {name: test, sha256: "%s", budgetNano: 1000000}
        """
                .formatted(
                        stack.bootstrapServers(),
                        stack.rpcUrl(),
                        stack.chainId(),
                        stack.vault(),
                        stack.model(),
                        digest);
    }

    private StackProcess process(String name, String probe, List<String> command) {
        return new StackProcess(
                name,
                () -> new StackProcess.Launch(command, Map.of()),
                folder.resolve(name + ".log"),
                new StackProcess.Readiness(() -> get(probe), START_LIMIT));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(path + " is answered with " + response.statusCode());
        }
        return response;
    }

    private HttpResponse<String> ask(String token) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri("/v1/embeddings"))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .POST(
                                BodyPublishers.ofString(
                                        "{\"model\":\"all-MiniLM-L6-v2\",\"input\":\"Call me"
                                                + " Ishmael.\"}"))
                        .build(),
                BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    private static String component(String file) throws IOException {
        return Files.readString(
                Installation.locate().home().resolve("k8s/components").resolve(file));
    }
}
