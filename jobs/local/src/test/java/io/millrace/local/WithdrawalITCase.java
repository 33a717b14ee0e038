package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.RejectReason;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import io.millrace.local.stack.Wallet;
import io.millrace.meter.Charge;
import io.millrace.unit.Nano;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.protocol.exceptions.TransactionException;

/** Withdrawals requested on chain by requesters who have requests in flight (M7). */
class WithdrawalITCase {

    private static final long DEPOSIT_NANO = 10 * Nano.PER_TOKEN;
    private static final long PART_NANO = 4 * Nano.PER_TOKEN;
    private static final long NANO_PER_BASE_UNIT = Nano.PER_TOKEN / StackOptions.DOLLAR;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir private Path folder;

    @Test
    void withdrawal_requestedWithRequestsInFlight_releasesWhatIsNeitherSpentNorReserved()
            throws Exception {
        try (LocalStack stack = TestStack.own(StackOptions.in(folder.resolve("stack")));
                StackClient client = new StackClient(stack);
                Wallet saver = wallet(stack, 0);
                Wallet leaver = wallet(stack, 1)) {
            stack.awaitDeposits();
            List<Account> both = stack.file().requesters().subList(0, 2);
            try (var traffic = new SteadyTraffic(client, both)) {
                traffic.start();
                List<SentRequest> first =
                        List.of(client.send(both.get(0)), client.send(both.get(1)));
                client.awaitThat("charges before", view -> first.stream().allMatch(view::ended));
                requestWithdrawal(saver, PART_NANO);
                requestWithdrawal(leaver, Long.MAX_VALUE);
                client.awaitThat(
                        "a request refused for what was withdrawn",
                        view -> view.refusals().containsValue("INSUFFICIENT_FUNDS"));
                SentRequest more = client.send(both.get(0));
                client.awaitThat("a charge after it", view -> view.ended(more));
            }
            client.awaitSettled();
            awaitReleased(saver);
            awaitReleased(leaver);
            client.awaitSettled();

            long spent = chargedNano(client, leaver);
            assertThat(spent).as("charged to who withdraws everything").isPositive();
            assertThat(releasedNano(saver)).as("released of a part").isEqualTo(PART_NANO);
            assertThat(releasedNano(leaver))
                    .as("released of everything: what was not spent")
                    .isEqualTo(DEPOSIT_NANO - spent);
            assertThat(balanceNano(leaver)).as("left in the vault").isZero();
            assertTakesWholeBaseUnits(saver);
            assertTakesWholeBaseUnits(leaver);
            assertTakesBackWhatIsOpen(leaver, DEPOSIT_NANO);
            assertTakesBackWhatIsOpen(saver, DEPOSIT_NANO);
            assertOnlyRefusedForFunds(client, both.get(1));
            assertThat(client.audit().checks()).allMatch(check -> check.ok());
        }
    }

    private static Wallet wallet(LocalStack stack, int requester) throws Exception {
        return Wallet.open(
                stack.file(), Path.of(stack.file().requesters().get(requester).keyFile()));
    }

    /** Of {@code amountNano}, or of the whole balance: an epoch may lower it at any moment. */
    private static void requestWithdrawal(Wallet wallet, long amountNano) {
        await().atMost(LIMIT)
                .ignoreExceptionsInstanceOf(TransactionException.class)
                .until(
                        () ->
                                wallet.vault()
                                        .requestWithdrawal(
                                                BigInteger.valueOf(
                                                        Math.min(amountNano, balanceNano(wallet))))
                                        .send()
                                        .isStatusOK());
    }

    private static void awaitReleased(Wallet wallet) {
        await("an epoch releases the withdrawal")
                .atMost(LIMIT)
                .until(() -> releasedNano(wallet) > 0);
    }

    private static void assertTakesWholeBaseUnits(Wallet wallet) throws Exception {
        long released = releasedNano(wallet);
        BigInteger before = wallet.token().balanceOf(wallet.address()).send();
        wallet.vault().takeReleased(wallet.address()).send();
        BigInteger after = wallet.token().balanceOf(wallet.address()).send();
        assertThat(after.subtract(before).longValueExact())
                .as("base units paid out")
                .isEqualTo(released / NANO_PER_BASE_UNIT);
        assertThat(releasedNano(wallet)).isEqualTo(released % NANO_PER_BASE_UNIT);
    }

    /** Of a request that is open in part, or of one that no epoch has heard of. */
    private static void assertTakesBackWhatIsOpen(Wallet wallet, long askedNano) throws Exception {
        long balance = balanceNano(wallet);
        if (openNano(wallet) == 0) {
            requestWithdrawal(wallet, balance);
        }
        assertThat(openNano(wallet)).as("open").isPositive().isLessThanOrEqualTo(askedNano);
        wallet.vault().cancelRequest().send();
        assertThat(openNano(wallet)).as("open after it was taken back").isZero();
        assertThat(balanceNano(wallet)).as("left in the vault").isEqualTo(balance);
    }

    /** Every request of {@code requester} was answered, or refused for want of money. */
    private static void assertOnlyRefusedForFunds(StackClient client, Account requester) {
        List<String> codes =
                client.sent().stream()
                        .filter(request -> request.requester().equals(requester.address()))
                        .filter(request -> client.view().refusals().containsKey(request.position()))
                        .map(request -> client.view().refusals().get(request.position()))
                        .toList();
        assertThat(codes).isNotEmpty().containsOnly(RejectReason.INSUFFICIENT_FUNDS.name());
        assertThat(client.view().refusals().values())
                .filteredOn(RejectReason.INSUFFICIENT_FUNDS.name()::equals)
                .as("refusals of others")
                .hasSameSizeAs(codes);
    }

    private static long chargedNano(StackClient client, Wallet wallet) {
        return client.view().charges().values().stream()
                .map(charges -> charges.get(0))
                .filter(charge -> charge.requesterAddress().equals(wallet.address()))
                .mapToLong(Charge::debitNano)
                .sum();
    }

    private static long balanceNano(Wallet wallet) throws Exception {
        return wallet.vault().spendingBalanceOf(account(wallet)).send().longValueExact();
    }

    private static long releasedNano(Wallet wallet) throws Exception {
        return wallet.vault().spendingAccount(account(wallet)).send().component4().longValueExact();
    }

    private static long openNano(Wallet wallet) throws Exception {
        return wallet.vault().spendingAccount(account(wallet)).send().component3().longValueExact();
    }

    private static BigInteger account(Wallet wallet) throws Exception {
        return wallet.vault().spendingAccountOf(wallet.address()).send();
    }
}
