package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.RejectReason;
import io.millrace.contracts.ModelRegistry;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import io.millrace.local.stack.Wallet;
import io.millrace.meter.Charge;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job stopped with a savepoint and resumed at other parallelisms, with other providers, while
 * requests keep coming and the model's price changes.
 */
class SavepointITCase {

    private static final long NEW_PRICE = 50_000_000;

    @TempDir private Path folder;

    @Test
    void job_resumedAtOtherParallelismsInMidTraffic_answersAndChargesEachRequestOnce()
            throws Exception {
        try (LocalStack stack = TestStack.own(StackOptions.in(folder.resolve("stack")));
                StackClient client = new StackClient(stack)) {
            long priceChangesAt = reprice(stack);
            stack.awaitDeposits();

            List<SentRequest> early = client.send(20);
            client.awaitThat("charges before", view -> early.stream().allMatch(view::ended));
            String first;
            try (var traffic = new SteadyTraffic(client, stack.file().requesters())) {
                traffic.start();
                client.awaitThat("traffic", view -> view.charges().size() > early.size() + 8);
                first = stack.job().stop();
            }
            client.send(30);
            stack.job().start(TestStack::job, first, 3, Map.of());
            String second;
            try (var traffic = new SteadyTraffic(client, stack.file().requesters())) {
                traffic.start();
                SentRequest late = client.send(1).get(0);
                client.awaitThat("charges at parallelism 3", view -> view.ended(late));
                second = stack.job().stop();
            }
            List<SentRequest> copies = new ArrayList<>();
            for (SentRequest request : early) {
                copies.add(client.repeat(request));
            }
            Account alone = stack.file().providers().get(1);
            stack.job().start(TestStack::job, second, 1, only(alone));
            List<SentRequest> atTheEnd;
            try (var traffic = new SteadyTraffic(client, stack.file().requesters())) {
                traffic.start();
                client.awaitThat(
                        "a charge at the new price",
                        view ->
                                view.charges().values().stream()
                                        .anyMatch(list -> list.get(0).price().version() == 2));
                atTheEnd = client.send(4);
            }
            client.awaitSettled();

            assertThat(client.audit().checks()).allMatch(check -> check.ok());
            assertEachAnsweredAndChargedOnce(client);
            assertRefusedAsDuplicates(client, copies);
            assertPricedAtAppendTime(client, priceChangesAt);
            assertThat(atTheEnd)
                    .as("requests that only one provider could take")
                    .allMatch(
                            request ->
                                    charge(client, request).providerAccount() == alone.account());
        }
    }

    private static Map<String, String> only(Account provider) {
        return Map.of(
                "provider.accounts", Integer.toString(provider.account()),
                "provider.key.files", provider.keyFile());
    }

    /** Announces another price. Returns when it takes effect, unix ms. */
    private static long reprice(LocalStack stack) throws Exception {
        StackFile file = stack.file();
        try (Wallet publisher = Wallet.ofPublisher(stack)) {
            var receipt =
                    publisher
                            .registry()
                            .setPrice(Hex.decode(file.model(), 32), BigInteger.valueOf(NEW_PRICE))
                            .send();
            return 1000
                    * ModelRegistry.getModelPricedEvents(receipt)
                            .get(0)
                            .effectiveFrom
                            .longValueExact();
        }
    }

    private static void assertEachAnsweredAndChargedOnce(StackClient client) {
        for (SentRequest request : client.sent()) {
            assertThat(client.view().charges().get(request.requestId()))
                    .as("charges of request " + request.requestId() + " at " + request.position())
                    .hasSize(1);
            assertThat(client.view().results().get(request.requestId()))
                    .as("distinct answers to request " + request.requestId())
                    .isNotEmpty()
                    .allMatch(result -> result.path("status").asText().equals("answered"));
        }
        assertThat(client.view().charges()).hasSameSizeAs(client.sent());
    }

    private static void assertRefusedAsDuplicates(StackClient client, List<SentRequest> copies) {
        client.awaitThat("the copies refused", view -> copies.stream().allMatch(view::ended));
        assertThat(copies)
                .as("copies, in another partition, of requests admitted two job runs before (M8)")
                .allMatch(
                        copy ->
                                RejectReason.DUPLICATE
                                        .name()
                                        .equals(client.view().refusals().get(copy.position())));
    }

    private static void assertPricedAtAppendTime(StackClient client, long priceChangesAt) {
        for (SentRequest request : client.sent()) {
            boolean changed = request.appendMillis() >= priceChangesAt;
            assertThat(charge(client, request).price().nanoPerMillion())
                    .as("price of a request appended at " + request.appendMillis())
                    .isEqualTo(changed ? NEW_PRICE : client.stack().priceNanoPerMillion());
        }
    }

    private static Charge charge(StackClient client, SentRequest request) {
        return client.view().charges().getOrDefault(request.requestId(), List.of()).get(0);
    }
}
