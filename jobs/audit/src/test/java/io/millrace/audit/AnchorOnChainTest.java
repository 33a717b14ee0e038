package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.ChainBooks.Head;
import io.millrace.audit.read.AuditException;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.audit.read.Progress;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.web3j.crypto.Hash;

/** An anchor counts only where the chain still is what it was. */
class AnchorOnChainTest {

    private static final String VAULT = "0x" + "aa".repeat(20);
    private static final String REGISTRY = "0x" + "bb".repeat(20);
    private static final String BLOCK_HASH = Hash.sha3String("block 90");
    private static final String HEADER_HASH = Hash.sha3String("header 7");

    private StubNode node;

    @BeforeEach
    void startNode() throws IOException {
        node = new StubNode(AnchorOnChainTest::answer);
    }

    @AfterEach
    void stopNode() {
        node.close();
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
                        KafkaAccess.at("127.0.0.1:1"), node.url(), VAULT, REGISTRY, 0, false);
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
            case "eth_chainId" -> StubNode.text("0x7a69");
            case "eth_blockNumber" -> StubNode.text("0x64");
            case "eth_getBlockByNumber" -> StubNode.block(BLOCK_HASH);
            case "eth_getCode" -> StubNode.text("0x6000");
            case "eth_getLogs" -> StubNode.nothing();
            default -> StubNode.text(HEADER_HASH);
        };
    }
}
