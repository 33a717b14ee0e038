package io.millrace.admit;

import io.millrace.unit.Nano;

/**
 * What admission knows of one requester's money, nano-USD, exact.
 *
 * <p>{@code balanceNano} is what the vault's spending balance will be once all that was posted here
 * has settled: deposits less charges, releases and escapes, settled or not. New promises are made
 * only out of balance less reservations; keeping that at zero or above is what makes every epoch
 * settle (M2, M7). It is a balance and not four sums, because the vault bounds balances below 2^63
 * but nobody bounds what flows through one in its life.
 *
 * <p>What is open of a withdrawal request goes before new promises: whatever becomes available is
 * released for it, so that its owner's hatch, seven days later, finds nothing that was promised.
 *
 * @param account spending account
 * @param balanceNano below zero only after an escape
 * @param reservedNano held for tasks not charged yet
 * @param openRequest the vault's number of the last withdrawal request, 0 if none
 * @param openRequestNano what is neither released nor cancelled of it, zero if it is closed
 * @param purgedThroughMillis the latest deadline whose duplicate state was purged, 0 if none
 */
public record Funds(
        int account,
        long balanceNano,
        long reservedNano,
        int openRequest,
        long openRequestNano,
        long purgedThroughMillis) {

    public Funds {
        Nano.requireNotNegative(reservedNano, "reservedNano");
        Nano.requireNotNegative(openRequestNano, "openRequestNano");
    }

    static Funds opened(int account) {
        return new Funds(account, 0, 0, 0, 0, 0);
    }

    /** What may be reserved or withdrawn: never negative. */
    long availableNano() {
        return Math.max(0, Math.subtractExact(balanceNano, reservedNano));
    }

    /** Adds a deposit, or a posted release that moved nothing on chain. */
    Funds deposit(long amountNano) {
        return with(Math.addExact(balanceNano, amountNano), reservedNano);
    }

    /** What can be released now of the open request. */
    long releasableNano() {
        return Math.min(openRequestNano, availableNano());
    }

    /** The owner asks for a withdrawal; the vault has one open at a time. */
    Funds ask(int request, long amountNano) {
        return withOpen(request, amountNano);
    }

    /** Posts a release of the open request. */
    Funds release(long amountNano) {
        requireAvailable(amountNano);
        return with(balanceNano - amountNano, reservedNano)
                .withOpen(openRequest, openRequestNano - amountNano);
    }

    /**
     * Nothing more is released of {@code request}. What was posted of it and is not on chain yet
     * comes back as a release that the vault skipped.
     */
    Funds close(int request) {
        return request == openRequest ? withOpen(request, 0) : this;
    }

    /**
     * The owner left by the escape hatch with {@code spendingNano} of what the vault's lane held.
     * What is charged, reserved or released but not settled yet may be part of it, so the balance
     * may go below zero: then nothing can be promised until deposits have made up for it.
     */
    Funds escape(long spendingNano) {
        return with(Math.subtractExact(balanceNano, spendingNano), reservedNano);
    }

    Funds reserve(long feeNano) {
        requireAvailable(feeNano);
        return with(balanceNano, Nano.add(reservedNano, feeNano));
    }

    /** A charge takes the place of its reservation. */
    Funds charge(long feeNano, long debitNano) {
        return with(
                Math.subtractExact(balanceNano, debitNano), Nano.subtract(reservedNano, feeNano));
    }

    Funds purged(long deadlineMillis) {
        return new Funds(
                account,
                balanceNano,
                reservedNano,
                openRequest,
                openRequestNano,
                Math.max(purgedThroughMillis, deadlineMillis));
    }

    private void requireAvailable(long amountNano) {
        if (amountNano > availableNano()) {
            throw new BrokenBooksException(
                    "account %d has %d nano-USD available, not %d"
                            .formatted(account, availableNano(), amountNano));
        }
    }

    private Funds with(long balance, long reserved) {
        return new Funds(
                account, balance, reserved, openRequest, openRequestNano, purgedThroughMillis);
    }

    private Funds withOpen(int request, long requestNano) {
        return new Funds(
                account, balanceNano, reservedNano, request, requestNano, purgedThroughMillis);
    }
}
