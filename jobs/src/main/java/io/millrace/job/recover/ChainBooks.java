package io.millrace.job.recover;

import io.millrace.admit.FundsChange;
import io.millrace.admit.ModelListing;
import io.millrace.chain.VaultEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What the final events of the chain add up to, in their order. */
final class ChainBooks {

    /** What the chain says of one requester. */
    static final class Account {

        private final int account;
        private long balanceNano;
        private final Map<Integer, Long> askedNano = new TreeMap<>();

        private Account(int account) {
            this.account = account;
        }

        /** Its spending account. */
        int account() {
            return account;
        }

        /** Deposited, and not gone by the hatch. */
        long balanceNano() {
            return balanceNano;
        }

        /** By number of the request, withdrawals that were asked for and not taken back. */
        Map<Integer, Long> askedNano() {
            return askedNano;
        }
    }

    private final Map<String, Account> accounts = new TreeMap<>();
    private final Map<Integer, String> owners = new HashMap<>();
    private final Map<String, ModelListing> models = new TreeMap<>();
    private long settledNano;
    private long settledParts;

    /** Adds the next event. */
    void add(VaultEvent event) {
        if (event instanceof VaultEvent.ModelEvent change) {
            models.put(change.model(), ModelListing.after(models.get(change.model()), change));
        }
        if (event instanceof VaultEvent.EpochSettled settled) {
            settledNano = Math.addExact(settledNano, settled.partSumNano());
            settledParts++;
        }
        FundsChange.of(event).ifPresent(this::apply);
    }

    private void apply(FundsChange change) {
        Account account =
                accounts.computeIfAbsent(
                        change.requesterAddress(),
                        requesterAddress -> new Account(change.requesterAccount()));
        owners.put(change.requesterAccount(), change.requesterAddress());
        switch (change.kind()) {
            case DEPOSITED, RELEASE_SKIPPED ->
                    account.balanceNano = Math.addExact(account.balanceNano, change.amountNano());
            case ESCAPED -> {
                account.balanceNano = Math.subtractExact(account.balanceNano, change.amountNano());
                account.askedNano.remove(change.request());
            }
            case WITHDRAWAL_CANCELLED -> account.askedNano.remove(change.request());
            case WITHDRAWAL_REQUESTED ->
                    account.askedNano.put(change.request(), change.amountNano());
            case ACCOUNT_OPENED, CHARGED -> {
                // opened above; charges come from their own topic
            }
        }
    }

    /** By address of the requester. */
    Map<String, Account> accounts() {
        return accounts;
    }

    /** Address of the owner of a spending account. */
    String ownerOf(int account) {
        return owners.getOrDefault(account, "account " + account);
    }

    /** By id. */
    Map<String, ModelListing> models() {
        return models;
    }

    /** Debited by epochs that are final. */
    long settledNano() {
        return settledNano;
    }

    /** Parts of epochs that are final. */
    long settledParts() {
        return settledParts;
    }
}
