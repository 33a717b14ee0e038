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
 * @param requester lower-case address, the key
 * @param account its spending account, -1 for a charge
 * @param request the vault's number of the withdrawal request, else 0
 * @param amountNano deposited, asked for, skipped, gone by the hatch, or charged
 * @param requestId of the charged request, null unless CHARGED
 */
public record FundsChange(
        Kind kind,
        String requester,
        int account,
        int request,
        long amountNano,
        @Nullable String requestId) {

    /** What happened. */
    public enum Kind {
        ACCOUNT_OPENED,
        DEPOSITED,
        WITHDRAWAL_REQUESTED,
        /**
         * A release came too late: its owner had left by the hatch, the balance was not touched by
         * it.
         */
        RELEASE_SKIPPED,
        ESCAPED,
        CHARGED
    }

    /** Checks and canonicalises. */
    public FundsChange {
        requireNonNull(kind, "kind is null");
        requester = EvmAddress.canonical(requester);
        Nano.requireNotNegative(amountNano, "amountNano");
        if (kind == Kind.CHARGED) {
            requireNonNull(requestId, "requestId is null");
        }
    }

    /** The change that {@code event} means, if it means one. */
    public static Optional<FundsChange> of(VaultEvent event) {
        return switch (event.kind()) {
            case SPENDING_ACCOUNT_OPENED -> Optional.of(of(Kind.ACCOUNT_OPENED, event));
            case DEPOSITED -> Optional.of(of(Kind.DEPOSITED, event));
            case WITHDRAWAL_REQUESTED -> Optional.of(of(Kind.WITHDRAWAL_REQUESTED, event));
            case RELEASE_SKIPPED -> Optional.of(of(Kind.RELEASE_SKIPPED, event));
            case ESCAPED -> Optional.of(of(Kind.ESCAPED, event));
            // A release was taken out when it was posted; a settled epoch moves what was charged
            // before.
            case SCANNED,
                    EARNING_ACCOUNT_OPENED,
                    WITHDRAWAL_RELEASED,
                    EPOCH_SETTLED,
                    MODEL_REGISTERED,
                    MODEL_PRICED,
                    MODEL_STATUS_CHANGED ->
                    Optional.empty();
        };
    }

    /** A charge of {@code debitNano}, zero included: it frees the request's reservation. */
    public static FundsChange charged(String requester, String requestId, long debitNano) {
        return new FundsChange(Kind.CHARGED, requester, -1, 0, debitNano, requestId);
    }

    private static FundsChange of(Kind kind, VaultEvent event) {
        return new FundsChange(
                kind, event.owner(), event.account(), event.request(), event.amountNano(), null);
    }
}
