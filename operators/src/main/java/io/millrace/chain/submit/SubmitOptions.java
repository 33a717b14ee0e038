package io.millrace.chain.submit;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.submit.fee.FeePolicy;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import java.io.Serializable;

/**
 * How the submitter behaves. Times are milliseconds of the wall clock.
 *
 * @param vault which vault it settles into
 * @param pollMillis between two polls of the chain while something is unsettled
 * @param republishMillis after which the same signed bytes are handed to the node again
 * @param bumpMillis after which a transaction in no block is replaced by a dearer one
 * @param maxBackoffMillis longest wait after failures of the node
 * @param maxGas most gas one transaction may ask for on this chain
 * @param maxUnsettledParts above which the operator takes no more and so holds the stream back
 * @param lowBalanceWei below which the signer's balance raises an alarm
 * @param fees policy
 */
public record SubmitOptions(
        VaultIdentity vault,
        long pollMillis,
        long republishMillis,
        long bumpMillis,
        long maxBackoffMillis,
        long maxGas,
        int maxUnsettledParts,
        long lowBalanceWei,
        FeePolicy fees)
        implements Serializable {

    /** EIP-7825: no transaction may ask for more. Chains that do not have it may take more. */
    public static final long MAX_TRANSACTION_GAS = 1L << 24;

    /** A hundredth of a unit: some thirty of the largest transactions at 0.02 gwei. */
    public static final long LOW_BALANCE_WEI = 10_000_000_000_000_000L;

    public SubmitOptions {
        requireNonNull(vault, "vault is null");
        requireNonNull(fees, "fees is null");
        if (pollMillis <= 0
                || republishMillis < pollMillis
                || bumpMillis < pollMillis
                || maxBackoffMillis < pollMillis) {
            throw new IllegalArgumentException(
                    ("submitter with poll %d ms, re-publish %d ms, bump %d ms,"
                                    + " back-off %d ms: all must be positive and none shorter than"
                                    + " the poll")
                            .formatted(pollMillis, republishMillis, bumpMillis, maxBackoffMillis));
        }
        if (maxGas <= 0 || maxUnsettledParts <= 0 || lowBalanceWei < 0) {
            throw new IllegalArgumentException(
                    ("submitter with %d gas a transaction, %d unsettled parts and"
                                    + " an alarm at %d wei: gas and parts must be positive, wei"
                                    + " not negative")
                            .formatted(maxGas, maxUnsettledParts, lowBalanceWei));
        }
    }

    /** For a chain with a block about every two seconds. */
    public static SubmitOptions defaults(VaultIdentity vault) {
        return new SubmitOptions(
                vault,
                1_000,
                12_000,
                48_000,
                30_000,
                MAX_TRANSACTION_GAS,
                4_096,
                LOW_BALANCE_WEI,
                MarketFeePolicy.DEFAULT);
    }

    /** The same with another poll; the longer waits stay at least as long as it. */
    public SubmitOptions polling(long millis) {
        return new SubmitOptions(
                vault,
                millis,
                Math.max(republishMillis, millis),
                Math.max(bumpMillis, millis),
                Math.max(maxBackoffMillis, millis),
                maxGas,
                maxUnsettledParts,
                lowBalanceWei,
                fees);
    }

    /** The same with another alarm. */
    public SubmitOptions alarmingBelow(long wei) {
        return new SubmitOptions(
                vault,
                pollMillis,
                republishMillis,
                bumpMillis,
                maxBackoffMillis,
                maxGas,
                maxUnsettledParts,
                wei,
                fees);
    }

    /** The same on a chain whose transactions may ask for {@code gas} at most. */
    public SubmitOptions capping(long gas) {
        return new SubmitOptions(
                vault,
                pollMillis,
                republishMillis,
                bumpMillis,
                maxBackoffMillis,
                gas,
                maxUnsettledParts,
                lowBalanceWei,
                fees);
    }

    /** The same with another policy. */
    public SubmitOptions paying(FeePolicy policy) {
        return new SubmitOptions(
                vault,
                pollMillis,
                republishMillis,
                bumpMillis,
                maxBackoffMillis,
                maxGas,
                maxUnsettledParts,
                lowBalanceWei,
                policy);
    }
}
