package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.audit.read.Progress;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.Tribunal;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.Function;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/** For how long a charge may have to be answered for, as vault and tribunal say. */
class AnswerableOnChainTest {

    private static final String VAULT = "0x" + "aa".repeat(20);
    private static final String REGISTRY = "0x" + "bb".repeat(20);
    private static final String JUDGE = "0x" + "cc".repeat(20);
    private static final long BUCKET_SECONDS = 108_000;
    private static final long RESPONSE_SECONDS = 64_800;

    /** What is asked by the names in the generated wrappers, not by those in the reader. */
    private static final Map<String, BigInteger> WORDS =
            Map.of(
                    VAULT + call(SettlementVault.FUNC_TRIBUNAL),
                    Numeric.toBigInt(JUDGE),
                    VAULT + call(SettlementVault.FUNC_BUCKET),
                    BigInteger.valueOf(BUCKET_SECONDS),
                    JUDGE + call(Tribunal.FUNC_RESPONSE),
                    BigInteger.valueOf(RESPONSE_SECONDS));

    @ParameterizedTest
    @CsvSource({"0x6000, 820800", "0x, 0"})
    void chain_vaultWithAndWithoutATribunal_sevenBucketsAndTheResponse(String code, long seconds)
            throws IOException {
        List<String> asked = new ArrayList<>();
        try (StubNode node = new StubNode(call -> answer(call, code, asked))) {
            AuditConfig config =
                    new AuditConfig(
                            KafkaAccess.at("127.0.0.1:1"), node.url(), VAULT, REGISTRY, 0, false);

            ChainBooks books =
                    new ChainBooksReader(config, Progress.silent())
                            .read(AnchorState.beginning(1), movement -> {});

            assertThat(books.answerableSeconds()).isEqualTo(seconds);
            assertThat(asked).as("blocks that were asked").containsOnly("0x64");
        }
    }

    private static String call(String view) {
        return FunctionEncoder.encode(new Function(view, List.of(), List.of()));
    }

    private static JsonNode answer(JsonNode call, String codeOfJudge, List<String> asked) {
        JsonNode params = call.path("params");
        return switch (call.path("method").asText()) {
            case "eth_chainId" -> StubNode.text("0x7a69");
            case "eth_blockNumber" -> StubNode.text("0x64");
            case "eth_getBlockByNumber" -> StubNode.block(Hash.sha3String("block"));
            case "eth_getCode" ->
                    StubNode.text(params.path(0).asText().equals(JUDGE) ? codeOfJudge : "0x6000");
            case "eth_getLogs" -> StubNode.nothing();
            default -> {
                asked.add(params.path(1).asText());
                JsonNode to = params.path(0);
                String named = to.path("to").asText() + to.path("data").asText();
                BigInteger word = WORDS.getOrDefault(named, BigInteger.ZERO);
                yield StubNode.text(
                        Numeric.toHexStringWithPrefixZeroPadded(word, 64) + "0".repeat(256));
            }
        };
    }
}
