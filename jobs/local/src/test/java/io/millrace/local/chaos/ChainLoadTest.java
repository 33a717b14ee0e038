package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.stack.StackFile.Account;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChainLoadTest {

    private static final int ROUNDS = 16;
    private static final List<Account> REQUESTERS =
            List.of(account(1), account(2), account(3), account(4));

    private final FakeOwners owners = new FakeOwners();
    private final ChainLoad load = new ChainLoad(owners, REQUESTERS, 7);

    @AfterEach
    void close() {
        load.close();
    }

    @Test
    void act_manyRounds_aPriceSomeDepositsMostlyWithdrawals() throws Exception {
        act(ROUNDS);

        assertThat(owners.acts).filteredOn(act -> act.startsWith("price")).hasSize(1);
        assertThat(owners.acts).filteredOn(act -> act.startsWith("deposit")).hasSize(5);
        assertThat(owners.acts).filteredOn(act -> act.startsWith("ask")).hasSize(10);
        assertThat(load.stop()).isEqualTo(ROUNDS);
    }

    @Test
    void act_released_isTakenBeforeMoreIsAskedFor() {
        REQUESTERS.forEach(requester -> owners.released.add(requester.account()));

        act(ROUNDS);

        assertThat(owners.acts).filteredOn(act -> act.startsWith("take")).hasSize(10);
        assertThat(owners.acts).noneMatch(act -> act.startsWith("ask"));
    }

    @Test
    void act_sameSeed_sameActs() {
        act(3 * ROUNDS);
        FakeOwners again = new FakeOwners();
        try (ChainLoad other = new ChainLoad(again, REQUESTERS, 7)) {
            for (int round = 0; round < 3 * ROUNDS; round++) {
                other.act();
            }
        }

        assertThat(again.acts).isEqualTo(owners.acts);
        assertThat(owners.acts).as("everyone has a turn").anyMatch(act -> act.endsWith(" 4"));
    }

    @Test
    void act_chainAway_isNotCountedAndTheNextRoundComes() throws Exception {
        owners.away = true;
        act(4);
        owners.away = false;
        act(4);

        assertThat(owners.acts).hasSize(4);
        assertThat(load.stop()).isEqualTo(4);
    }

    @Test
    void missing_withdrawalsAskedFor_counted() {
        owners.asked.add(1);
        owners.asked.add(3);

        assertThat(load.missing()).isEqualTo("2 withdrawals asked for and not released");
    }

    @Test
    void missing_allReleased_nothing() {
        owners.released.add(1);

        assertThat(load.missing()).isEmpty();
    }

    /** Nobody knows is not nothing: the run would have ended with a withdrawal open. */
    @Test
    void missing_chainAway_isMissing() {
        owners.away = true;

        assertThat(load.missing()).contains("cannot be looked at", "connection refused");
    }

    private void act(int rounds) {
        for (int round = 0; round < rounds; round++) {
            load.act();
        }
    }

    private static Account account(int number) {
        return new Account(number, "0x" + "%040x".formatted(number), "key-" + number);
    }

    private static final class FakeOwners implements Owners {

        private final List<String> acts = new ArrayList<>();
        private final Set<Integer> asked = new HashSet<>();
        private final Set<Integer> released = new HashSet<>();
        private boolean away;

        @Override
        public void deposit(Account requester) {
            did("deposit", requester.account());
        }

        @Override
        public void ask(Account requester) {
            did("ask", requester.account());
        }

        @Override
        public void take(Account requester) {
            did("take", requester.account());
        }

        @Override
        public void announce(long priceNanoPerMillion) {
            did("price", priceNanoPerMillion);
        }

        @Override
        public Withdrawal withdrawal(Account requester) {
            requireThere();
            return new Withdrawal(
                    asked.contains(requester.account()), released.contains(requester.account()));
        }

        private void did(String act, long subject) {
            requireThere();
            acts.add(act + " " + subject);
        }

        private void requireThere() {
            if (away) {
                throw new IllegalStateException("connection refused");
            }
        }
    }
}
