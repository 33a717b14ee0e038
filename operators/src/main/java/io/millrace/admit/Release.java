package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.unit.Nano;

/**
 * A requested withdrawal on its way into the next epoch (M7). The amount is already out of the
 * requester's available funds.
 *
 * @param requesterAccount spending account
 * @param requesterAddress its owner
 * @param request the vault's number of the withdrawal request
 * @param amountNano what the epoch releases: the amount asked, or what could be released of it;
 *     zero only in the first release of a request, which says that it was heard of
 */
public record Release(int requesterAccount, String requesterAddress, int request, long amountNano) {

    public Release {
        requireNonNull(requesterAddress, "requesterAddress is null");
        Nano.requireNotNegative(amountNano, "amountNano");
    }
}
