package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import io.millrace.local.stack.Wallet;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A provider takes another key for its TaskManagers while requests keep coming. */
class SignerRotationITCase {

    private static final Duration BOUND = Duration.ofMinutes(3);

    @TempDir private Path folder;

    @Test
    void provider_keyRotatedInMidTraffic_oldOneStopsNewOneSignsAndTheBooksHold() throws Exception {
        try (LocalStack stack = TestStack.own(StackOptions.in(folder.resolve("stack")));
                StackClient client = new StackClient(stack)) {
            stack.awaitDeposits();
            Account provider = stack.file().providers().get(0);
            Path newKey = folder.resolve("new-key");
            String newSigner = KeyFile.generate(newKey);
            try (var traffic = new SteadyTraffic(client, stack.file().requesters())) {
                traffic.start();
                client.awaitThat("charges by the old key", view -> charges(view, provider));

                announce(stack, provider, newSigner);
                await("the old key to be refused, with the remedy")
                        .atMost(BOUND)
                        .until(
                                () -> exceptions(stack),
                                said ->
                                        said.contains(
                                                "does not sign for earning account "
                                                        + provider.account()
                                                        + ": by the chain "
                                                        + newSigner
                                                        + " does"));
                Files.move(
                        newKey,
                        Path.of(provider.keyFile()),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
                Account renewed = new Account(provider.account(), newSigner, provider.keyFile());
                client.awaitThat("charges by the new key", BOUND, view -> charges(view, renewed));
            }
            client.awaitSettled();

            assertThat(client.audit().checks()).allMatch(check -> check.ok());
        }
    }

    /** Whether the account has earned by this key. */
    private static boolean charges(TopicsView view, Account provider) {
        return view.charges().values().stream()
                .flatMap(List::stream)
                .anyMatch(
                        charge ->
                                charge.providerAccount() == provider.account()
                                        && charge.providerAddress().equals(provider.address()));
    }

    private static void announce(LocalStack stack, Account provider, String signer)
            throws Exception {
        Path ownerKey = Path.of(provider.keyFile() + "-owner");
        try (Wallet owner = Wallet.open(stack.file(), ownerKey)) {
            owner.providers().announceSigner(BigInteger.valueOf(provider.account()), signer).send();
        }
    }

    /** What the job has failed with. */
    private static String exceptions(LocalStack stack) throws Exception {
        URI uri =
                URI.create(
                        "%s/jobs/%s/exceptions"
                                .formatted(stack.file().webUrl(), stack.job().running().get(0)));
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }
}
