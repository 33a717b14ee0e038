package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reverts read as the contract declares them. */
class RevertReasonTest {

    private static final File ABI = new File("../contracts/target/artifacts/SettlementVault.abi");

    @Test
    void declarations_everyOne_isInTheCompiledAbi() throws Exception {
        List<String> compiled = new ArrayList<>(List.of("Panic(uint256 code)"));
        for (JsonNode item : new ObjectMapper().readTree(ABI)) {
            if (item.path("type").asText().equals("error")) {
                List<String> parameters = new ArrayList<>();
                for (JsonNode input : item.path("inputs")) {
                    parameters.add(input.path("type").asText() + " " + input.path("name").asText());
                }
                compiled.add(item.path("name").asText() + "(" + String.join(",", parameters) + ")");
            }
        }

        assertThat(compiled).containsAll(RevertReason.DECLARATIONS);
    }

    @Test
    void decode_errorWithText_isQuoted() {
        String data =
                "0x08c379a0"
                        + "0".repeat(62)
                        + "20"
                        + "0".repeat(62)
                        + "02"
                        + "6e6f"
                        + "0".repeat(60);

        assertThat(RevertReason.decode(data).text()).isEqualTo("Error(\"no\")");
    }

    @Test
    void decode_unknownOrMissing_saysSo() {
        assertThat(RevertReason.decode(null).text()).isEqualTo("a revert without data");
        assertThat(RevertReason.decode("0x12345678").text()).contains("0x12345678");
    }
}
