package io.millrace.chain;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One finalised event of the vault or the model registry.
 *
 * @param kind which
 * @param block L2 block number
 * @param blockMillis its time, unix ms
 * @param logIndex in the block
 * @param transaction hash
 * @param account spending or earning account, -1 if the kind has none
 * @param owner of the account, lower case, or the model's publisher; empty if none
 * @param request withdrawal request number, or price version
 * @param amountNano amount, or price per million units; of ESCAPED what left the spending ledger
 * @param effectiveMillis when a price counts from, unix ms
 * @param model id, null unless a registry event
 * @param status registry status 0..3 (None, Proposed, Active, Revoked)
 * @param caughtUp of SCANNED: at the time it was read, no later block was final. After every start
 *     one such comes as soon as it is true, even if no block has become final since
 */
public record VaultEvent(
        Kind kind,
        long block,
        long blockMillis,
        int logIndex,
        String transaction,
        int account,
        String owner,
        int request,
        long amountNano,
        long effectiveMillis,
        @Nullable String model,
        int status,
        boolean caughtUp) {

    /** Events of ISettlementVault and IModelRegistry that the stream needs. */
    public enum Kind {
        /** No event of a contract: every finalised block up to this one has been read. */
        SCANNED,
        SPENDING_ACCOUNT_OPENED,
        EARNING_ACCOUNT_OPENED,
        DEPOSITED,
        WITHDRAWAL_REQUESTED,
        WITHDRAWAL_RELEASED,
        RELEASE_SKIPPED,
        ESCAPED,
        EPOCH_SETTLED,
        MODEL_REGISTERED,
        MODEL_PRICED,
        MODEL_STATUS_CHANGED
    }

    public VaultEvent {
        requireNonNull(kind, "kind is null");
        requireNonNull(transaction, "transaction is null");
        requireNonNull(owner, "owner is null");
        if (caughtUp && kind != Kind.SCANNED) {
            throw new IllegalArgumentException("only SCANNED says that all is read, not " + kind);
        }
    }
}
