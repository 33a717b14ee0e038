package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.pages.Node;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.TestStack;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The TypeScript package against a stack: a requester's whole way, and the example of its page. */
class TypeScriptClientITCase {

    @RegisterExtension private final TestStack shared = new TestStack();

    @TempDir private Path folder;

    @Test
    void tour_newKey_asksProvesAndGetsItsMoneyBack() throws Exception {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        secret[0] = 1; // below the order of the curve
        Path key = Files.writeString(folder.resolve("key"), Hex.encode(secret));
        String stack = shared.get().directory().toString();
        assertThat(Millrace.run("fund", Secp256k1.address(secret), "--dir", stack)).isZero();

        String printed = new Node(folder).run(client("test/tour.mjs"), stack, key.toString());

        JsonNode toured = new ObjectMapper().readTree(printed);
        assertThat(toured.path("chargedNano").asLong()).isPositive();
        double square = 0;
        for (JsonNode component : toured.path("embedding")) {
            square += component.asDouble() * component.asDouble();
        }
        assertThat(square).isBetween(0.999, 1.001);
    }

    @Test
    void example_ofThePage_printsAnAnswer() throws Exception {
        String printed =
                new Node(folder)
                        .run(
                                client("examples/first-answer.mjs"),
                                shared.get().directory().toString());
        assertThat(printed).contains("nano-USD signed by its provider: true");
    }

    @Test
    void example_brokerWithoutItsCoordinatorYet_waitsForIt() throws Exception {
        String printed =
                new Node(folder)
                        .run(client("test/late-group.mjs"), shared.get().directory().toString());
        assertThat(printed)
                .contains("nano-USD signed by its provider: true")
                .contains("attempts to join that failed: 7");
    }

    private static Path client(String script) throws Exception {
        return Installation.locate().home().resolve("jobs/clients/typescript").resolve(script);
    }
}
