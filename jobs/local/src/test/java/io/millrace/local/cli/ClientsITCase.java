package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.pages.Script;
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

/**
 * The packages for other languages against a stack: a requester's whole way, and each page's
 * example.
 */
class ClientsITCase {

    @RegisterExtension private final TestStack shared = new TestStack();

    @TempDir private Path folder;

    @Test
    void typescriptTour_newKey_asksProvesAndGetsItsMoneyBack() throws Exception {
        tours("node", file("typescript/test/tour.mjs"));
    }

    @Test
    void pythonTour_newKey_asksProvesAndGetsItsMoneyBack() throws Exception {
        tours(file("python/tools/python"), file("python/tests/tour.py"));
    }

    @Test
    void typescriptExample_ofThePage_printsAnAnswer() throws Exception {
        printsAnAnswer("node", file("typescript/examples/first-answer.mjs"));
    }

    @Test
    void pythonExample_ofThePage_printsAnAnswer() throws Exception {
        printsAnAnswer(file("python/tools/python"), file("python/examples/first_answer.py"));
    }

    @Test
    void typescriptExample_brokerWithoutItsCoordinatorYet_waitsForIt() throws Exception {
        String stack = shared.get().directory().toString();
        String printed =
                new Script(folder).run("node", file("typescript/test/late-group.mjs"), stack);
        assertThat(printed)
                .contains("nano-USD signed by its provider: true")
                .contains("attempts to join that failed: 7");
    }

    private void tours(String interpreter, String tour) throws Exception {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        secret[0] = 1; // below the order of the curve
        Path key = Files.writeString(folder.resolve("key"), Hex.encode(secret));
        String stack = shared.get().directory().toString();
        assertThat(Millrace.run("fund", Secp256k1.address(secret), "--dir", stack)).isZero();

        String printed = new Script(folder).run(interpreter, tour, stack, key.toString());

        JsonNode toured = new ObjectMapper().readTree(printed);
        assertThat(toured.path("chargedNano").asLong()).isPositive();
        double square = 0;
        for (JsonNode component : toured.path("embedding")) {
            square += component.asDouble() * component.asDouble();
        }
        assertThat(square).isBetween(0.999, 1.001);
    }

    private void printsAnAnswer(String interpreter, String example) throws Exception {
        String stack = shared.get().directory().toString();
        assertThat(new Script(folder).run(interpreter, example, stack))
                .contains("nano-USD signed by its provider: true");
    }

    private static String file(String name) throws Exception {
        return Installation.locate().home().resolve("jobs/clients").resolve(name).toString();
    }
}
