package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.contracts.ModelRegistry;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.FlinkMetrics;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import io.millrace.local.stack.Wallet;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that come while the L2 is silent, and while the job is down: they wait in Kafka, and
 * when they are read, all that the chain has said by then counts. The tests share one stack, and
 * the second goes on with the job that the first leaves behind.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AdmissionGateITCase {

    private static final long LIMIT_NANO = 60_000;
    private static final int UNSETTLED_VALUE = 2;
    private static final int CHAIN_SILENT = 3;
    private static final int UNSETTLED_PARTS = 4;
    private static final long NEW_PRICE = 70_000_000;
    private static final long NEXT_PRICE = 40_000_000;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** So much of it that what is not settled closes the gate before the chain's silence does. */
    private static final int PRICE_NOTICE_SECONDS = 24;

    private static final Map<String, String> LITTLE_UNSETTLED =
            Map.of(
                    "admit.max.unsettled.nano",
                    Long.toString(LIMIT_NANO),
                    "infer.in-flight.max.tokens",
                    "512");

    private static final Map<String, String> FEW_PARTS =
            Map.of("admit.max.unsettled.parts", "6", "epoch.cut.every.checkpoints", "1");

    private static final BigInteger GAS_MONEY = BigInteger.TEN.pow(18);

    @TempDir private static Path folder;
    private static LocalStack stack;
    private static StackClient client;

    @BeforeAll
    static void startStack() throws Exception {
        stack =
                TestStack.own(
                        StackOptions.in(folder.resolve("stack"))
                                .withPriceNotice(PRICE_NOTICE_SECONDS),
                        (flink, jobOptions) -> {
                            Map<String, String> all = new HashMap<>(jobOptions);
                            all.putAll(LITTLE_UNSETTLED);
                            return TestStack.job(flink, all);
                        });
        client = new StackClient(stack);
        stack.awaitDeposits();
    }

    @AfterAll
    static void closeStack() {
        client.close();
        stack.close();
    }

    @Test
    @Order(1)
    void requests_duringAnOutageOfChainAndJob_waitAndAreJudgedByWhatTheChainSaidMeanwhile()
            throws Exception {
        List<SentRequest> before = client.send(4);
        client.awaitThat("charges before", view -> before.stream().allMatch(view::ended));

        List<SentRequest> waiting;
        String savepoint;
        stack.chain().pause();
        try {
            sendUntil(UNSETTLED_VALUE);
            awaitCheckpoints(3); // what the keeper decides has reached every gate
            waiting = client.send(20);
            awaitCheckpoints(3);
            client.awaitThat(
                    "all that was admitted is charged", view -> chargedNano() >= LIMIT_NANO);
            assertThat(waiting)
                    .as("requests sent while nothing could be settled")
                    .noneMatch(client.view()::ended);
            assertThat(chargedNano())
                    .as("charged, with what had been read when the gate closed")
                    .isLessThanOrEqualTo(2 * LIMIT_NANO);
            savepoint = stack.job().stop();
        } finally {
            stack.chain().resume();
        }

        Account newcomer = newcomer();
        awaitPrice(repriceAndFund(newcomer));
        List<SentRequest> late = client.send(4);
        SentRequest first = client.send(newcomer);
        stack.job().start(TestStack::job, savepoint, 0, LITTLE_UNSETTLED);
        client.awaitSettled();

        assertThat(client.view().refusals()).as("refused after the outage").isEmpty();
        assertThat(client.view().charges()).hasSameSizeAs(client.sent());
        assertThat(prices(waiting))
                .as("prices of what was appended before the change")
                .containsOnly(stack.file().priceNanoPerMillion());
        assertThat(prices(late)).containsOnly(NEW_PRICE);
        assertThat(prices(List.of(first))).containsOnly(NEW_PRICE);
        assertThat(client.audit().checks()).allMatch(check -> check.ok());
    }

    @Test
    @Order(2)
    void priceChange_thatARunningJobCannotHear_isChargedToWhatIsSentOnceItCounts()
            throws Exception {
        // With the stack's own options: a silence shorter than a price's notice closes the gate.
        stack.job().start(TestStack::job, stack.job().stop(), 0, Map.of());
        List<SentRequest> before = client.send(4);
        client.awaitThat("charges before", view -> before.stream().allMatch(view::ended));

        List<SentRequest> late;
        long priceChangesAt = reprice(NEXT_PRICE);
        stack.chain().pause();
        try {
            sendUntil(CHAIN_SILENT);
            assertThat(System.currentTimeMillis())
                    .as("the gate closes before the price counts")
                    .isLessThan(priceChangesAt);
            awaitPrice(priceChangesAt);
            late = client.send(4);
            awaitCheckpoints(2);
            client.view().poll();
            assertThat(late).as("sent at a price unheard").noneMatch(client.view()::ended);
        } finally {
            stack.chain().resume();
        }
        client.awaitSettled();

        assertThat(client.view().refusals()).as("refused").isEmpty();
        assertThat(prices(late)).hasSameSizeAs(late).containsOnly(NEXT_PRICE);
        assertThat(client.audit().checks()).allMatch(check -> check.ok());
    }

    /** The chain goes on, so neither its silence nor little value closes the gate. */
    @Test
    @Order(3)
    void parts_asManyAsTheOptionSays_requestsWaitUntilTheyAreSettled() throws Exception {
        stack.job().start(TestStack::job, stack.job().stop(), 0, FEW_PARTS);
        client.send(4);
        client.awaitSettled();

        List<SentRequest> waiting;
        Path key = Path.of(stack.file().jobOptions().get("settle.signer.key.file"));
        String settler = Secp256k1.address(KeyFile.read(key));
        try (EvmSession chain = new EvmSession(stack.file().rpcUrl(), stack.file().chainId())) {
            chain.setBalance(settler, BigInteger.ZERO);
            sendUntil(UNSETTLED_PARTS);
            awaitCheckpoints(3); // what the keeper decides has reached every gate
            waiting = client.send(4);
            awaitCheckpoints(3);
            client.view().poll();
            assertThat(waiting).as("read at the limit").noneMatch(client.view()::ended);
            chain.setBalance(settler, GAS_MONEY);
        }
        client.awaitSettled();

        assertThat(client.view().refusals()).as("refused").isEmpty();
        assertThat(waiting).allMatch(client.view()::ended);
        assertThat(client.audit().checks()).allMatch(check -> check.ok());
    }

    private static void awaitPrice(long priceChangesAt) {
        await("the new price counts")
                .atMost(LIMIT)
                .until(() -> System.currentTimeMillis() > priceChangesAt);
    }

    /** Sends until no more is read, for {@code reason}. */
    private static void sendUntil(int reason) throws Exception {
        FlinkMetrics metrics = stack.metrics(); // one: it finds the keeper among all vertices once
        String name = "gate-keeper.admit.gateReason";
        try (var traffic = new SteadyTraffic(client, stack.file().requesters())) {
            traffic.start();
            await("the gate closes")
                    .atMost(LIMIT)
                    .until(() -> metrics.sum(name, name).orElse(-1) == reason);
        }
    }

    /** Announces another price and deposits for {@code newcomer}. Returns when the price counts. */
    private static long repriceAndFund(Account newcomer) throws Exception {
        long effectiveMillis = reprice(NEW_PRICE);
        BigInteger dollar = BigInteger.valueOf(StackOptions.DOLLAR);
        try (Wallet deployer = Wallet.ofPublisher(stack)) {
            deployer.token().mint(deployer.address(), dollar).send();
            deployer.token().approve(stack.file().vault(), dollar).send();
            deployer.vault().depositFor(newcomer.address(), dollar).send();
        }
        return effectiveMillis;
    }

    /** Announces another price. Returns when it counts, unix ms. */
    private static long reprice(long price) throws Exception {
        try (Wallet deployer = Wallet.ofPublisher(stack)) {
            var receipt =
                    deployer.registry()
                            .setPrice(
                                    Hex.decode(stack.file().model(), 32), BigInteger.valueOf(price))
                            .send();
            return 1000
                    * ModelRegistry.getModelPricedEvents(receipt)
                            .get(0)
                            .effectiveFrom
                            .longValueExact();
        }
    }

    /** The treasury's owner, who has no spending account so far. */
    private static Account newcomer() throws Exception {
        Path key = stack.directory().resolve("keys/treasury");
        return new Account(-1, Secp256k1.address(KeyFile.read(key)), key.toString());
    }

    private static List<Long> prices(List<SentRequest> requests) {
        return requests.stream()
                .flatMap(
                        request ->
                                client
                                        .view()
                                        .charges()
                                        .getOrDefault(request.requestId(), List.of())
                                        .stream())
                .map(charge -> charge.price().nanoPerMillion())
                .toList();
    }

    private static long chargedNano() {
        return client.view().charges().values().stream()
                .mapToLong(charges -> charges.get(0).debitNano())
                .sum();
    }

    /** Waits for {@code number} checkpoints more than there are now. */
    private static void awaitCheckpoints(int number) throws Exception {
        long until = checkpoints() + number;
        await("checkpoints").atMost(LIMIT).until(() -> checkpoints() >= until);
    }

    private static long checkpoints() throws Exception {
        String job = stack.job().running().get(0).toHexString();
        URI uri = URI.create(stack.file().webUrl() + "/jobs/" + job + "/checkpoints");
        String json =
                HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                        .body();
        return new ObjectMapper().readTree(json).path("counts").path("completed").asLong();
    }
}
