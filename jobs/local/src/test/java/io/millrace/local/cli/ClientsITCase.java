package io.millrace.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admit.RejectReason;
import io.millrace.audit.Books;
import io.millrace.audit.Prover;
import io.millrace.local.client.StackTraffic;
import io.millrace.local.client.Traffic;
import io.millrace.local.page.StackPage;
import io.millrace.local.pages.Node;
import io.millrace.local.pages.Script;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.TestStack;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who comes from outside, against a stack: the packages for other languages, each page's example,
 * and a browser on the settlement page.
 */
class ClientsITCase {

    private static final int REQUESTS = 24;
    private static final Duration LIMIT = Duration.ofMinutes(10);

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

    /**
     * What a visitor sees in a real browser: the audit's figures, and a proof that the browser has
     * checked with the vault itself.
     */
    @Test
    void settlementPage_inABrowser_showsTheAuditsFiguresAndVerifies() throws Exception {
        LocalStack stack = shared.get();
        String hostile = "<img src=x onerror=\"globalThis.hostile=1\">";
        String id = send(stack.file(), hostile);
        new Prover(AuditCommand.config(stack.file(), false)).prove(id, LIMIT);
        Books books = settled(stack.file());
        Path audit = Files.writeString(folder.resolve("audit.json"), books.toJson().toString());
        Path home = Installation.locate().home();
        Path pictures = Files.createDirectories(home.resolve("jobs/page/target/pictures"));
        try (StackPage page = StackPage.start(stack)) {
            new Node(folder)
                    .run(
                            home.resolve("jobs/page/test/in-browser.mjs"),
                            page.uri().toString(),
                            audit.toString(),
                            id,
                            hostile,
                            pictures.toString());
        }
    }

    /** Good requests of all requesters, and one with a name that is markup; returns a good one. */
    private static String send(StackFile stack, String hostile) throws Exception {
        List<String> texts = List.of("Call me Ishmael.", "Some years ago", "never mind how long");
        Traffic traffic = StackTraffic.of(stack, stack.requesters(), texts);
        byte[] bad = new ObjectMapper().writeValueAsBytes(Map.of(hostile, 1));
        try (RequestSender sender = new RequestSender(stack.bootstrapServers())) {
            for (int i = 0; i < REQUESTS; i++) {
                sender.send(traffic.goodRequest(i));
            }
            sender.send(new Traffic.Item("", bad, "", RejectReason.SCHEMA));
            sender.flush();
        }
        return traffic.goodRequest(0).requestId();
    }

    /** The books, once all that was asked is settled. */
    private static Books settled(StackFile stack) {
        return Awaitility.await()
                .atMost(LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> AuditCommand.of(stack, true), Books::ok);
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
