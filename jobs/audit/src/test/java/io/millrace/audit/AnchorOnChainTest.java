package io.millrace.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpServer;
import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.read.AuditException;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.audit.read.Progress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.web3j.crypto.Hash;

/** An anchor counts only where the chain still is what it was. */
class AnchorOnChainTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String VAULT = "0x" + "aa".repeat(20);
    private static final String REGISTRY = "0x" + "bb".repeat(20);
    private static final String BLOCK_HASH = Hash.sha3String("block 90");
    private static final String HEADER_HASH = Hash.sha3String("header 7");

    private HttpServer node;

    @BeforeEach
    void startNode() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext(
                "/",
                exchange -> {
                    JsonNode asked = MAPPER.readTree(exchange.getRequestBody());
                    ArrayNode answers = MAPPER.createArrayNode();
                    for (JsonNode call : asked.isArray() ? asked : List.of(asked)) {
                        answers.addObject()
                                .put("id", call.path("id").asInt())
                                .set("result", answer(call));
                    }
                    JsonNode all = asked.isArray() ? answers : answers.get(0);
                    byte[] body = all.toString().getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        node.start();
    }

    @AfterEach
    void stopNode() {
        node.stop(0);
    }

    @ParameterizedTest
    @CsvSource({
        "chainId, it is of chain 9",
        "vault, it is of chain 31337",
        "registry, it is of chain 31337",
        "blockHash, that block was",
        "head, the vault holds"
    })
    void chain_anchorOfAnother_refused(String component, String why) {
        AnchorState other =
                Records.with(
                        anchor(),
                        component,
                        switch (component) {
                            case "chainId" -> 9L;
                            case "head" -> new Head(BLOCK_HASH, 7, 1, 2);
                            case "blockHash" -> HEADER_HASH;
                            default -> "0x" + "cc".repeat(20);
                        });

        assertThatThrownBy(() -> read(other))
                .isInstanceOf(AuditException.class)
                .hasMessageContainingAll("of block 90 is refused", why);
    }

    /** Behind the anchor's own questions this node answers nonsense: its head has no epoch. */
    @Test
    void chain_anchorOfThisOne_goesOn() {
        assertThatThrownBy(() -> read(anchor()))
                .isNotInstanceOf(AuditException.class)
                .isInstanceOf(ArithmeticException.class);
    }

    private void read(AnchorState before) throws IOException {
        AuditConfig config =
                new AuditConfig(
                        KafkaAccess.at("127.0.0.1:1"),
                        "http://127.0.0.1:" + node.getAddress().getPort(),
                        VAULT,
                        REGISTRY,
                        0,
                        false);
        new ChainBooksReader(config, Progress.silent()).read(before, movement -> {});
    }

    private static AnchorState anchor() {
        AnchorState state = AnchorState.beginning(91);
        state = Records.with(state, "chainId", 31337L);
        state = Records.with(state, "vault", VAULT);
        state = Records.with(state, "registry", REGISTRY);
        state = Records.with(state, "blockHash", BLOCK_HASH);
        return Records.with(state, "head", new Head(HEADER_HASH, 7, 1, 2));
    }

    private static JsonNode answer(JsonNode call) {
        return switch (call.path("method").asText()) {
            case "eth_chainId" -> text("0x7a69");
            case "eth_blockNumber" -> text("0x64");
            case "eth_getBlockByNumber" ->
                    MAPPER.createObjectNode().put("hash", BLOCK_HASH).put("timestamp", "0x1");
            case "eth_getCode" -> text("0x6000");
            case "eth_getLogs" -> MAPPER.createArrayNode();
            default -> text(HEADER_HASH);
        };
    }

    private static JsonNode text(String text) {
        return JsonNodeFactory.instance.textNode(text);
    }
}
