package io.millrace.watch.defend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.watch.testing.Books.Settled;
import io.millrace.watch.testing.Court;
import io.millrace.watch.testing.OddNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.web3j.utils.Numeric;

/** A defender whose node does not do as it should. */
class DefenderFaultsITCase {

    @TempDir private Path folder;

    private Siege siege;
    private OddNode node;

    @BeforeEach
    void open() throws Exception {
        siege = Siege.open(folder);
        node = OddNode.before(siege.court.node);
        siege.through(node.url(), "finalized");
    }

    @AfterEach
    void close() {
        node.close();
        siege.close();
    }

    private Settled challenged() throws Exception {
        Settled settled = siege.books.settle(siege.tasks());
        siege.records.publish(settled);
        siege.challengeStatements(settled, 1);
        return settled;
    }

    /** Any call may fail in any way, those too that the node has acted on. */
    @Test
    void node_thatFailsInEveryWayAtRandom_eachAnsweredOnce() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        challenged();
        Defender defender = siege.defender(Siege.PLENTY);
        try {
            node.has((call, upstream) -> odd(random, call, upstream));
            for (int round = 0; siege.unanswered() > 0; round++) {
                assertThat(round)
                        .as("rounds, and %d are open", siege.unanswered())
                        .isLessThan(Siege.ROUNDS);
                try {
                    defender.step();
                } catch (IOException | RuntimeException e) {
                    assertThat(e).as("what the round ended with").isInstanceOf(IOException.class);
                }
                if (random.nextInt(8) == 0) { // killed, and comes back to a node in the same mood
                    defender.close();
                    node.heal();
                    defender = siege.defender(Siege.PLENTY);
                    node.has((call, upstream) -> odd(random, call, upstream));
                }
            }
            node.heal();
            siege.run(defender);
            assertThat(defender.figures().missed()).isZero();
        } finally {
            defender.close();
        }
        assertThat(siege.count("latest"))
                .as("transactions of the defender")
                .isEqualTo(siege.challenged());
        siege.assertEarned();
    }

    private static String odd(Random random, JsonNode call, OddNode.Upstream upstream)
            throws IOException {
        int dice;
        synchronized (random) {
            dice = random.nextInt(60);
        }
        return switch (dice) {
            case 0 -> OddNode.error(call, "{\"code\":-31999,\"message\":\"the tide is out\"}");
            case 1 -> OddNode.error(call, "{\"code\":\"E_NO\"}");
            case 2 -> OddNode.error(call, "\"no\"");
            case 3 -> OddNode.result(call, "null");
            case 4 -> OddNode.result(call, "\"\"");
            case 5 -> OddNode.result(call, "{}");
            case 6 -> "<html>gateway</html>";
            case 7 -> {
                upstream.answer(call);
                yield OddNode.error(call, "{\"code\":-32000,\"message\":\"try it later\"}");
            }
            case 8 -> {
                upstream.answer(call);
                yield "";
            }
            default -> upstream.answer(call);
        };
    }

    /** One that cannot be estimated must not keep the others back. */
    @ParameterizedTest
    @ValueSource(strings = {"\"n/a\"", "{}", "null", "\"0x\""})
    void estimate_ofOneThatIsNoNumber_othersAreAnswered(String nonsense) throws Exception {
        challenged();
        String first = siege.challenges().get(0).challenge();
        try (Defender defender = siege.defender(Siege.PLENTY)) {
            String account = "%064x".formatted(siege.challenges().get(0).account());
            node.has(
                    (call, upstream) ->
                            call.path("method").asText().equals("eth_estimateGas")
                                            && call.path("params")
                                                    .path(0)
                                                    .path("data")
                                                    .asText()
                                                    .substring(10 + 12 * 64, 10 + 13 * 64)
                                                    .equals(account)
                                    ? OddNode.result(call, nonsense)
                                    : upstream.answer(call));
            siege.rounds(defender, 1);
            assertThat(siege.unanswered()).as("open, %s among them", first).isEqualTo(1);

            node.heal();
            siege.run(defender);
        }
        siege.assertEarned();
    }

    /** Nodes without the tag are why the finality can be given as a number. */
    @Test
    void node_withoutTheFinalizedTag_droppedAnswersAreSentAgain() throws Exception {
        siege.through(node.url(), "4");
        node.has(
                (call, upstream) ->
                        call.path("params").toString().contains("finalized")
                                ? OddNode.error(call, "{\"message\":\"what is finalized?\"}")
                                : upstream.answer(call));
        challenged();
        siege.court.node.call("evm_setAutomine", false);
        try (Defender defender = siege.defender(Siege.PLENTY)) {
            defender.step();
            siege.court.node.call("anvil_dropAllTransactions");
        }
        try (Defender defender = siege.defender(Siege.PLENTY)) {
            siege.run(defender);
        }
        siege.assertEarned();
    }

    @Test
    void node_thatNamesNoBaseFee_answersAreSent() throws Exception {
        challenged();
        node.has(
                (call, upstream) ->
                        upstream.answer(call)
                                .replaceAll("\"baseFeePerGas\":\"0x[0-9a-f]+\",?", ""));
        try (Defender defender = siege.defender(Siege.PLENTY)) {
            siege.run(defender);
        }
        siege.assertEarned();
    }

    /** Time runs out all the same, and who watches the figures must see it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void node_thatIsAwayOrStandsStill_timeLeftGoesOnFalling(boolean away) throws Exception {
        challenged();
        AtomicLong passed = new AtomicLong();
        siege.records.evidence.clear();
        siege.records.receipts.clear();
        try (Defender defender =
                siege.defender(
                        Siege.PLENTY,
                        () -> System.nanoTime() + TimeUnit.SECONDS.toNanos(passed.get()))) {
            defender.step();
            assertThat(defender.figures().secondsLeft()).isGreaterThan(Court.RESPONSE_SECONDS - 60);

            passed.set(Court.RESPONSE_SECONDS - 100);
            if (away) {
                node.has((call, upstream) -> OddNode.error(call, "{\"message\":\"gone\"}"));
                assertThatThrownBy(defender::step).isInstanceOf(IOException.class);
            } else {
                defender.step();
            }

            assertThat(defender.figures().secondsLeft()).isBetween(1L, 100L);
        }
    }

    /** A node behind the same address that lags says "no logs" of blocks that it does not have. */
    @Test
    void logs_ofANodeThatIsBehind_challengeIsSeenAllTheSame() throws Exception {
        try (Defender defender = siege.defender(Siege.PLENTY)) {
            defender.step();
            long behind = siege.chain.newest().number();
            challenged();
            siege.court.node.call("anvil_mine", 20);
            node.has((call, upstream) -> lagging(behind, call, upstream));
            assertThatThrownBy(defender::step).hasMessageContaining("does not have block");

            node.heal();
            siege.run(defender);
            assertThat(defender.figures().answered()).isEqualTo(siege.challenged());
        }
        siege.assertEarned();
    }

    private static String lagging(long head, JsonNode call, OddNode.Upstream upstream)
            throws IOException {
        String method = call.path("method").asText();
        JsonNode first = call.path("params").path(0);
        if (method.equals("eth_getLogs") && number(first.path("toBlock")) > head) {
            return OddNode.result(call, "[]");
        }
        boolean ahead =
                method.equals("eth_getBlockByNumber")
                        && first.asText().startsWith("0x")
                        && number(first) > head;
        return ahead ? OddNode.result(call, "null") : upstream.answer(call);
    }

    private static long number(JsonNode quantity) {
        return Numeric.decodeQuantity(quantity.asText()).longValueExact();
    }
}
