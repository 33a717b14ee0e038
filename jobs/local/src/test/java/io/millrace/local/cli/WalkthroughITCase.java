package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.pages.Node;
import io.millrace.local.pages.Page;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.TestStack;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A stranger's new key goes the way of operators/WALKTHROUGH.md, by its own words. */
class WalkthroughITCase {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @RegisterExtension private final TestStack shared = new TestStack();

    @TempDir private Path folder;

    private Path key;
    private String address;
    private String directory;

    @BeforeEach
    void newKey() throws IOException {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        secret[0] = 1; // below the order of the curve
        key = Files.writeString(folder.resolve("key"), Hex.encode(secret));
        address = Secp256k1.address(secret);
        directory = shared.get().directory().toString();
    }

    @Test
    void walkthrough_asThePageSays_asksVerifiesAndGetsItsMoneyBack() throws Exception {
        millrace("fund", address, "--dir", directory);
        assertThat(block("Deposit")).as("nano-USD in the vault").isEqualTo("5000000000n");

        JsonNode result =
                await("the deposit is known")
                        .atMost(LIMIT)
                        .until(
                                this::ask,
                                end -> !end.path("code").asText().equals("UNKNOWN_ACCOUNT"));
        assertThat(result.path("status").asText()).as(result.toString()).isEqualTo("answered");
        long debitNano = result.path("charge").path("debitNano").asLong();

        String id = result.path("id").asText();
        JsonNode proof = millrace("prove", "--wait", "--json", id, "--dir", directory);
        assertThat(proof.path("verified").asBoolean()).isTrue();
        assertThat(proof.path("receipt").path("debitNano").asText())
                .isEqualTo(Long.toString(debitNano));
        Files.writeString(Path.of(directory, "proof.json"), proof.toString());
        assertThat(block("Verify")).isEqualTo("true");
        assertThat(block("Verify by own hashing")).isEqualTo("true");
        assertThat(pasted(proof.path("call"))).endsWith("1").hasSize(66);
        ((ObjectNode) proof.path("receipt")).put("debitNano", Long.toString(debitNano + 1));
        Files.writeString(Path.of(directory, "proof.json"), proof.toString());
        assertThat(block("Verify")).as("of another amount").isEqualTo("false");
        assertThat(block("Verify by own hashing")).as("of another amount").isEqualTo("false");

        long left = 5_000_000_000L - debitNano;
        assertThat(block("Withdraw")).as("base units paid out").isEqualTo(left / 1000 + "n");
    }

    @Test
    void sendAndWait_eachText_saysWhatBecameOfIt() throws Exception {
        Path texts = folder.resolve("texts");
        Files.write(texts, List.of("Call me Ishmael.", "whale ".repeat(300), "x".repeat(300_000)));
        JsonNode sent =
                millrace(
                        "send",
                        "--wait",
                        "--json",
                        "--input",
                        texts.toString(),
                        "--dir",
                        directory);
        assertThat(sent.path("sent").asInt()).isEqualTo(3);
        assertThat(sent.path("requests")).hasSize(3);
        assertThat(sent.path("requests"))
                .map(id -> sent.path("ends").path(id.asText()).asText())
                .containsExactly("answered", "INPUT_TOO_LONG", "MALFORMED");
    }

    @Test
    void status_ofTheRunningStack_isHealthyAndCounts() throws Exception {
        millrace("send", "--wait", "--input", text("Call me Ishmael."), "--dir", directory);
        JsonNode status =
                await("Flink has gathered the metrics")
                        .atMost(LIMIT)
                        .until(
                                () -> millrace("status", "--json", "--dir", directory),
                                seen ->
                                        seen.path("metrics")
                                                        .path("meter.answered")
                                                        .path("sum")
                                                        .asLong()
                                                > 0);
        assertThat(status.path("state").asText()).isEqualTo("RUNNING");
        assertThat(status.path("alarms")).isEmpty();
        assertThat(status.path("checkpoint").path("ageMillis").asLong()).isNotNegative();
        assertThat(status.path("metrics").fieldNames())
                .toIterable()
                .as("what the screen shows")
                .contains(
                        "admit.validated",
                        "admit.gateReason",
                        "infer.batches",
                        "meter.debitNano",
                        "submit.signerBalanceWei",
                        "chain.scannedBlock");
    }

    private String text(String line) throws IOException {
        return Files.writeString(folder.resolve("text"), line).toString();
    }

    private JsonNode ask() throws Exception {
        return MAPPER.readTree(
                new Node(folder)
                        .run(
                                Node.script("client.mjs"),
                                directory,
                                "Call me Ishmael.",
                                "10000",
                                key.toString()));
    }

    /** What the block under {@code heading} prints, behind the one that all of them need. */
    private String block(String heading) throws Exception {
        String text = new Page("operators/WALKTHROUGH.md").text();
        Path script =
                Files.createTempFile(
                        Installation.locate().home().resolve("jobs/local/target"),
                        "walkthrough",
                        ".mjs");
        Files.writeString(script, js(text, 0) + js(text, text.indexOf("\n## " + heading + "\n")));
        try {
            return new Node(folder).run(script, directory, key.toString());
        } finally {
            Files.delete(script);
        }
    }

    private static String js(String page, int from) {
        String start = "\n```js\n";
        int begin = page.indexOf(start, from) + start.length();
        return page.substring(begin, page.indexOf("\n```", begin)) + "\n";
    }

    /** The last line that the launcher prints. */
    private static JsonNode millrace(String... arguments) throws IOException {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertThat(Millrace.run(arguments)).isZero();
        } finally {
            System.setOut(out);
        }
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        String last = lines.get(lines.size() - 1);
        return last.startsWith("{") ? MAPPER.readTree(last) : MAPPER.nullNode();
    }

    private String pasted(JsonNode call) throws Exception {
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_call\",\"params\":[%s,\"latest\"]}"
                        .formatted(call);
        HttpResponse<String> reply =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(shared.get().file().rpcUrl()))
                                        .header("Content-Type", "application/json")
                                        .POST(HttpRequest.BodyPublishers.ofString(body))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        return MAPPER.readTree(reply.body()).path("result").asText();
    }
}
