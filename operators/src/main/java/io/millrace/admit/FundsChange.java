package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.VaultEvent;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Nano;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something that changes what a requester can spend: a finalised event of the vault, or a charge
 * read back.
 *
 * @param requesterAddress lower-case address, the key
 * @param requesterAccount its spending account, -1 for a charge
 * @param request the vault's number of the withdrawal request, else 0
 * @param amountNano deposited, asked for, cancelled, skipped, gone by the hatch, or charged
 * @param requestId of the charged request, null unless CHARGED
 */
public record FundsChange(
        Kind kind,
        String requesterAddress,
        int requesterAccount,
        int request,
        long amountNano,
        @Nullable String requestId) {

    /** What happened. */
    public enum Kind {
        ACCOUNT_OPENED,
        DEPOSITED,
        WITHDRAWAL_REQUESTED,
        WITHDRAWAL_CANCELLED,
        /**
         * A release came too late: its owner had cancelled the request or left by the hatch, the
         * balance was not touched by it.
         */
        RELEASE_SKIPPED,
        ESCAPED,
        CHARGED
    }

    /** Checks and canonicalises. */
    public FundsChange {
        requireNonNull(kind, "kind is null");
        requesterAddress = EvmAddress.canonical(requesterAddress);
        Nano.requireNotNegative(amountNano, "amountNano");
        if (kind == Kind.CHARGED) {
            requireNonNull(requestId, "requestId is null");
        }
    }

    /**
     * The change that {@code event} means, if it means one. A release was taken out when it was
     * posted, and a settled epoch moves what was charged before, so these mean none.
     */
    public static Optional<FundsChange> of(VaultEvent event) {
        FundsChange change = null;
        if (event instanceof VaultEvent.SpendingAccountOpened opened) {
            change = of(Kind.ACCOUNT_OPENED, opened.owner(), opened.account(), 0, 0);
        } else if (event instanceof VaultEvent.Deposited deposit) {
            change =
                    of(Kind.DEPOSITED, deposit.owner(), deposit.account(), 0, deposit.amountNano());
        } else if (event instanceof VaultEvent.WithdrawalRequested asked) {
            change =
                    of(
                            Kind.WITHDRAWAL_REQUESTED,
                            asked.owner(),
                            asked.account(),
                            asked.request(),
                            asked.amountNano());
        } else if (event instanceof VaultEvent.WithdrawalCancelled cancelled) {
            change =
                    of(
                            Kind.WITHDRAWAL_CANCELLED,
                            cancelled.owner(),
                            cancelled.account(),
                            cancelled.request(),
                            cancelled.amountNano());
        } else if (event instanceof VaultEvent.ReleaseSkipped skipped) {
            change =
                    of(
                            Kind.RELEASE_SKIPPED,
                            skipped.owner(),
                            skipped.account(),
                            skipped.request(),
                            skipped.amountNano());
        } else if (event instanceof VaultEvent.Escaped escape) {
            change =
                    of(
                            Kind.ESCAPED,
                            escape.owner(),
                            escape.account(),
                            escape.request(),
                            escape.spendingNano());
        }
        return Optional.ofNullable(change);
    }

    /** A charge of {@code debitNano}, zero included: it frees the request's reservation. */
    public static FundsChange charged(String requesterAddress, String requestId, long debitNano) {
        return new FundsChange(Kind.CHARGED, requesterAddress, -1, 0, debitNano, requestId);
    }

    private static FundsChange of(
            Kind kind, String owner, int account, int request, long amountNano) {
        return new FundsChange(kind, owner, account, request, amountNano, null);
    }
}
