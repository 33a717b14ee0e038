package io.millrace.local.chaos;

import io.millrace.local.stack.StackFile.Account;

/** What the owners of accounts, and the publisher of the model, can do on chain. */
interface Owners {

    /** Pays into {@code requester}'s account. */
    void deposit(Account requester) throws Exception;

    /** Asks for a part of {@code requester}'s balance. */
    void ask(Account requester) throws Exception;

    /** Takes what an epoch has released to {@code requester}. */
    void take(Account requester) throws Exception;

    /** Announces a price of the model, nano-USD a million tokens. */
    void announce(long priceNanoPerMillion) throws Exception;

    /** Where {@code requester}'s withdrawal stands. */
    Withdrawal withdrawal(Account requester) throws Exception;

    /**
     * A withdrawal as the vault has it.
     *
     * @param isAsked whether something is asked for, and no epoch has released it yet
     * @param isReleased whether something can be taken
     */
    record Withdrawal(boolean isAsked, boolean isReleased) {}
}
