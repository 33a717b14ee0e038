package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.infer.BundledModels;
import io.millrace.local.pages.Node;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenAI's own client, unchanged, is answered through the gateway by each of two models, and texts
 * are ranked by a third; its charges are proven on chain.
 */
class GatewayITCase {

    @TempDir private Path folder;

    @Test
    void gateway_officialClient_getsEmbeddingsThatAreProven() throws Exception {
        Path script = Installation.locate().home().resolve("jobs/gateway/test/on-stack.mjs");
        StackOptions options =
                StackOptions.in(folder.resolve("stack"))
                        .withModels(
                                List.of(
                                        BundledModels.DEFAULT,
                                        "bge-small-en-v1.5",
                                        "tiny-reranker"));
        try (LocalStack stack = TestStack.own(options)) {
            stack.awaitDeposits();
            String printed = new Node(folder).run(script, stack.directory().toString());
            assertThat(new ObjectMapper().readTree(printed).path("chargedNano").asLong())
                    .isPositive();
        }
    }
}
