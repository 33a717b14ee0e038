package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.pages.Node;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JavaScript client with nothing but ethers and kafkajs gets its answers. */
class JsClientITCase {

    @TempDir private static Path folder;

    private static LocalStack stack;

    @BeforeAll
    static void startStack() throws Exception {
        stack = TestStack.own(StackOptions.in(folder.resolve("stack")));
        stack.awaitDeposits();
    }

    @AfterAll
    static void stopStack() {
        stack.close();
    }

    @Test
    void client_goodRequest_getsAUnitVectorAndItsPrice() throws Exception {
        JsonNode result = run("Call me Ishmael – “some years ago” 🐋");

        assertThat(result.path("status").asText()).isEqualTo("answered");
        JsonNode embedding = result.path("data").path(0).path("embedding");
        assertThat(embedding).hasSize(384);
        double square = 0;
        for (JsonNode component : embedding) {
            square += component.asDouble() * component.asDouble();
        }
        assertThat(square).isBetween(0.999, 1.001);
        long tokens = result.path("usage").path("prompt_tokens").asLong();
        assertThat(result.path("charge").path("debitNano").asLong())
                .isPositive()
                .isEqualTo(tokens * stack.file().priceNanoPerMillion() / 1_000_000);
    }

    @Test
    void client_feeCapBelowTheFee_isToldWhatToDo() throws Exception {
        JsonNode rejection = run("There now is your insular city of the Manhattoes", "1");

        assertThat(rejection.path("code").asText()).isEqualTo("FEE_CAP_TOO_LOW");
        assertThat(rejection.path("message").asText()).contains("maxFeeNano");
    }

    /**
     * It has no request id, as the record is not read so far: the client waited in vain for one.
     */
    @Test
    void client_refusedBeforeItHasAnId_isToldByWhereItLies() throws Exception {
        JsonNode rejection = run("");

        assertThat(rejection.path("requestId").isNull()).as("told by its id").isTrue();
        assertThat(rejection.path("code").asText()).isEqualTo("SCHEMA");
    }

    private static JsonNode run(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(stack.directory().toString()));
        all.addAll(List.of(arguments));
        String printed =
                new Node(folder).run(Node.script("client.mjs"), all.toArray(String[]::new));
        return new ObjectMapper().readTree(printed);
    }
}
