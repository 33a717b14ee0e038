package io.millrace.chain.submit;

import io.millrace.chain.rpc.RpcException;
import org.jspecify.annotations.Nullable;

/** What a settle call of the signer would come to, without sending it. Submitter's thread only. */
final class DryRun {

    private final VaultClient chain;
    private final Signer signer;

    DryRun(VaultClient chain, Signer signer) {
        this.chain = chain;
        this.signer = signer;
    }

    /** Why the vault would revert it after block {@code at}, or null if it would not. */
    @Nullable RevertReason simulate(String calldata, L2Block at) throws RpcException {
        try {
            chain.simulate(signer.address(), calldata, at);
            return null;
        } catch (RpcException e) {
            if (!e.isRevert()) {
                throw e;
            }
            return RevertReason.decode(e.data());
        }
    }

    /**
     * The gas it needs. The node picks the block for this one, so a revert here may be the truth of
     * another block.
     */
    long gas(String calldata) throws RpcException {
        try {
            return chain.estimateGas(signer.address(), calldata);
        } catch (RpcException e) {
            throw e.isRevert()
                    ? RpcException.invalid(
                            "eth_estimateGas",
                            "reverts what eth_call accepts: "
                                    + RevertReason.decode(e.data()).text())
                    : e;
        }
    }

    /** A quarter more than it needs: the block it lands in is another one. */
    static long limit(long gas) {
        return Math.addExact(gas, gas / 4);
    }
}
