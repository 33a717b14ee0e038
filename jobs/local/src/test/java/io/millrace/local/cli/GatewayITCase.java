package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.pages.Node;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.TestStack;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenAI's own client, unchanged, is answered through the gateway; its charges are proven on chain.
 */
class GatewayITCase {

    @RegisterExtension private final TestStack shared = new TestStack();

    @TempDir private Path folder;

    @Test
    void gateway_officialClient_getsEmbeddingsThatAreProven() throws Exception {
        Path script = Installation.locate().home().resolve("jobs/gateway/test/on-stack.mjs");
        String printed = new Node(folder).run(script, shared.get().directory().toString());
        assertThat(new ObjectMapper().readTree(printed).path("chargedNano").asLong()).isPositive();
    }
}
