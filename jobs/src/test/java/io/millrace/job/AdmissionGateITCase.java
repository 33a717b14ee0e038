package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.contracts.ModelRegistry;
import io.millrace.job.stack.KeyFile;
import io.millrace.job.stack.LocalStack;
import io.millrace.job.stack.StackFile.Account;
import io.millrace.job.stack.StackOptions;
import io.millrace.job.stack.Wallet;
import io.millrace.meter.Charge;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that come while the L2 is silent, and while the job is down: they wait in Kafka, and
 * when they are read, all that the chain has said by then counts.
 */
class AdmissionGateITCase {

    private static final long LIMIT_NANO = 60_000;
    private static final int UNSETTLED_VALUE = 2;
    private static final int CHAIN_SILENT = 3;
    private static final long NEW_PRICE = 70_000_000;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir private Path folder;

    @Test
    void requests_duringAnOutageOfChainAndJob_waitAndAreJudgedByWhatTheChainSaidMeanwhile()
            throws Exception {
        StackOptions options =
                StackOptions.in(folder.resolve("stack"))
                        .withJobOption("admit.max.unsettled.nano", Long.toString(LIMIT_NANO))
                        .withPriceNotice(60) // the value is reached before silence stops it
                        .withJobOption("infer.in-flight.max.tokens", "512");
        try (LocalStack stack =
                        LocalStack.start(options, InferenceSettlementJob::start, step -> {});
                StackClient client = new StackClient(stack)) {
            stack.awaitDeposits();
            List<SentRequest> before = client.send(4);
            client.awaitThat("charges before", view -> before.stream().allMatch(view::ended));

            List<SentRequest> waiting;
            String savepoint;
            ProcessHandle node = node(stack);
            signal("-STOP", node);
            try {
                sendUntil(UNSETTLED_VALUE, client, stack);
                waiting = client.send(20);
                awaitCheckpoints(stack, 3);
                client.awaitThat(
                        "all that was admitted is charged",
                        view -> chargedNano(client) >= LIMIT_NANO);
                assertThat(waiting)
                        .as("requests sent while nothing could be settled")
                        .noneMatch(client.view()::ended);
                assertThat(chargedNano(client))
                        .as("charged, with what had been read when the gate closed")
                        .isLessThanOrEqualTo(2 * LIMIT_NANO);
                savepoint = stack.job().stop();
            } finally {
                signal("-CONT", node);
            }

            Account newcomer = newcomer(stack);
            long priceChangesAt = repriceAndFund(stack, newcomer);
            await("the new price counts")
                    .atMost(LIMIT)
                    .until(() -> System.currentTimeMillis() > priceChangesAt);
            List<SentRequest> late = client.send(4);
            SentRequest first = client.send(newcomer);
            stack.job().start(InferenceSettlementJob::start, savepoint, 0, Map.of());
            client.awaitSettled();

            assertThat(client.view().refusals()).as("refused after the outage").isEmpty();
            assertThat(client.view().charges()).hasSameSizeAs(client.sent());
            assertThat(prices(client, waiting))
                    .as("prices of what was appended before the change")
                    .containsOnly(stack.file().priceNanoPerMillion());
            assertThat(prices(client, late)).containsOnly(NEW_PRICE);
            assertThat(prices(client, List.of(first))).containsOnly(NEW_PRICE);
            assertThat(client.audit().checks()).allMatch(check -> check.ok());
        }
    }

    @Test
    void priceChange_thatARunningJobCannotHear_isChargedToWhatIsSentOnceItCounts()
            throws Exception {
        StackOptions options = StackOptions.in(folder.resolve("stack"));
        try (LocalStack stack =
                        LocalStack.start(options, InferenceSettlementJob::start, step -> {});
                StackClient client = new StackClient(stack)) {
            stack.awaitDeposits();
            List<SentRequest> before = client.send(4);
            client.awaitThat("charges before", view -> before.stream().allMatch(view::ended));

            List<SentRequest> late;
            ProcessHandle node = node(stack);
            long priceChangesAt = reprice(stack);
            signal("-STOP", node);
            try {
                sendUntil(CHAIN_SILENT, client, stack);
                assertThat(System.currentTimeMillis())
                        .as("the gate closes before the price counts")
                        .isLessThan(priceChangesAt);
                await("the new price counts")
                        .atMost(LIMIT)
                        .until(() -> System.currentTimeMillis() > priceChangesAt);
                late = client.send(4);
                awaitCheckpoints(stack, 2);
                assertThat(late).as("sent at a price unheard").noneMatch(client.view()::ended);
            } finally {
                signal("-CONT", node);
            }
            client.awaitSettled();

            assertThat(client.view().refusals()).as("refused").isEmpty();
            assertThat(prices(client, late)).hasSameSizeAs(late).containsOnly(NEW_PRICE);
            assertThat(client.audit().checks()).allMatch(check -> check.ok());
        }
    }

    /** Sends until no more is read, for {@code reason}. */
    private static void sendUntil(int reason, StackClient client, LocalStack stack)
            throws Exception {
        try (var traffic = new SteadyTraffic(client, stack.file().requesters())) {
            traffic.start();
            await("the gate closes").atMost(LIMIT).until(() -> reason(stack) == reason);
        }
    }

    private static long reason(LocalStack stack) throws Exception {
        String name = "gate-keeper.admit.gateReason";
        return stack.metrics().sum(name, name).orElse(-1);
    }

    /** Announces another price and deposits for {@code newcomer}. Returns when the price counts. */
    private static long repriceAndFund(LocalStack stack, Account newcomer) throws Exception {
        long effectiveMillis = reprice(stack);
        BigInteger dollar = BigInteger.valueOf(StackOptions.DOLLAR);
        try (Wallet deployer = Wallet.ofPublisher(stack)) {
            deployer.token().mint(deployer.address(), dollar).send();
            deployer.token().approve(stack.file().vault(), dollar).send();
            deployer.vault().depositFor(newcomer.address(), dollar).send();
        }
        return effectiveMillis;
    }

    /** Announces another price. Returns when it counts, unix ms. */
    private static long reprice(LocalStack stack) throws Exception {
        try (Wallet deployer = Wallet.ofPublisher(stack)) {
            var receipt =
                    deployer.registry()
                            .setPrice(
                                    Hex.decode(stack.file().model(), 32),
                                    BigInteger.valueOf(NEW_PRICE))
                            .send();
            return 1000
                    * ModelRegistry.getModelPricedEvents(receipt)
                            .get(0)
                            .effectiveFrom
                            .longValueExact();
        }
    }

    /** The treasury's owner, who has no spending account so far. */
    private static Account newcomer(LocalStack stack) throws Exception {
        Path key = stack.directory().resolve("keys/treasury");
        return new Account(-1, Secp256k1.address(KeyFile.read(key)), key.toString());
    }

    private static List<Long> prices(StackClient client, List<SentRequest> requests) {
        return requests.stream()
                .flatMap(
                        request ->
                                client
                                        .view()
                                        .charges()
                                        .getOrDefault(request.requestId(), List.of())
                                        .stream())
                .map(Charge::priceNanoPerMillion)
                .toList();
    }

    private static long chargedNano(StackClient client) {
        return client.view().charges().values().stream()
                .mapToLong(charges -> charges.get(0).debitNano())
                .sum();
    }

    /** Waits for {@code number} checkpoints more than there are now. */
    private static void awaitCheckpoints(LocalStack stack, int number) throws Exception {
        long until = checkpoints(stack) + number;
        await("checkpoints").atMost(LIMIT).until(() -> checkpoints(stack) >= until);
    }

    private static long checkpoints(LocalStack stack) throws Exception {
        String job = stack.job().running().get(0).toHexString();
        URI uri = URI.create(stack.file().webUrl() + "/jobs/" + job + "/checkpoints");
        String json =
                HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                        .body();
        return new ObjectMapper().readTree(json).path("counts").path("completed").asLong();
    }

    /** The L2 node that this process has started for {@code stack}. */
    private static ProcessHandle node(LocalStack stack) {
        String port = Integer.toString(URI.create(stack.file().rpcUrl()).getPort());
        return ProcessHandle.current()
                .descendants()
                .filter(it -> it.info().command().orElse("").endsWith("anvil"))
                .filter(it -> List.of(it.info().arguments().orElseThrow()).contains(port))
                .findFirst()
                .orElseThrow();
    }

    /** Stopped, it takes connections and answers nothing. */
    private static void signal(String name, ProcessHandle process) throws Exception {
        int status =
                new ProcessBuilder("kill", name, Long.toString(process.pid())).start().waitFor();
        assertThat(status).as("kill " + name).isZero();
    }
}
