package io.millrace.chain;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * How the submitter behaves. Times are milliseconds of the wall clock.
 *
 * @param chainId the node must follow
 * @param pollMillis between two looks at the chain while something is unsettled
 * @param republishMillis after which the same signed bytes are handed to the node again
 * @param bumpMillis after which a transaction in no block is replaced by a dearer one
 * @param maxBackoffMillis longest wait after failures of the node
 * @param maxGas most gas one transaction may ask for
 * @param maxUnsettledParts above which the operator takes no more and so holds the stream back
 * @param fees policy
 */
public record SubmitOptions(
        long chainId,
        long pollMillis,
        long republishMillis,
        long bumpMillis,
        long maxBackoffMillis,
        long maxGas,
        int maxUnsettledParts,
        FeePolicy fees)
        implements Serializable {

    /** EIP-7825: no transaction may ask for more. */
    public static final long MAX_TRANSACTION_GAS = 1L << 24;

    /** Checks. */
    public SubmitOptions {
        requireNonNull(fees, "fees is null");
        if (chainId <= 0
                || pollMillis <= 0
                || republishMillis < pollMillis
                || bumpMillis < pollMillis
                || maxBackoffMillis < pollMillis) {
            throw new IllegalArgumentException(
                    "submitter with chain id "
                            + chainId
                            + ", poll "
                            + pollMillis
                            + " ms, re-publish "
                            + republishMillis
                            + " ms, bump "
                            + bumpMillis
                            + " ms, back-off "
                            + maxBackoffMillis
                            + " ms: all must be positive and none shorter than the poll");
        }
        if (maxGas <= 0 || maxGas > MAX_TRANSACTION_GAS || maxUnsettledParts <= 0) {
            throw new IllegalArgumentException(
                    "submitter with "
                            + maxGas
                            + " gas a transaction and "
                            + maxUnsettledParts
                            + " unsettled parts: gas must be in 1.."
                            + MAX_TRANSACTION_GAS
                            + ", parts be positive");
        }
    }

    /** For a chain with a block about every two seconds. */
    public static SubmitOptions defaults(long chainId) {
        return new SubmitOptions(
                chainId,
                1_000,
                12_000,
                48_000,
                30_000,
                MAX_TRANSACTION_GAS,
                4_096,
                FeePolicy.DEFAULT);
    }

    /** The same with another poll; the longer waits stay at least as long as it. */
    public SubmitOptions polling(long millis) {
        return new SubmitOptions(
                chainId,
                millis,
                Math.max(republishMillis, millis),
                Math.max(bumpMillis, millis),
                Math.max(maxBackoffMillis, millis),
                maxGas,
                maxUnsettledParts,
                fees);
    }
}
