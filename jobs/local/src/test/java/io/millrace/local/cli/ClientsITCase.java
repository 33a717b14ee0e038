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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** As {@code up} prints it; what the line builds, the build has built. */
    @ParameterizedTest
    @ValueSource(strings = {"Java", "TypeScript", "Python"})
    void firstRequest_asPrinted_printsAnAnswer(String language) throws Exception {
        Path home = Installation.locate().home();
        FirstRequest first =
                FirstRequest.all(home, shared.get().directory()).stream()
                        .filter(request -> request.language().equals(language))
                        .findFirst()
                        .orElseThrow();
        FirstRequest built = new FirstRequest(language, first.folder(), "", first.ask());
        assertThat(new Script(folder).run("sh", "-c", built.line()))
                .contains("nano-USD signed by its provider: true");
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

    private static String file(String name) throws Exception {
        return Installation.locate().home().resolve("jobs/clients").resolve(name).toString();
    }
}
