package io.millrace.chain.deploy;

import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.L2Block;
import io.millrace.chain.submit.SignedTransaction;
import io.millrace.chain.submit.Signer;
import io.millrace.chain.submit.VaultClient;
import io.millrace.chain.submit.fee.FeePolicy;
import io.millrace.chain.submit.fee.Fees;
import java.io.IOException;
import java.math.BigInteger;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Sends one transaction after the other, each until the chain shows what it was to bring about. A
 * nonce is used once, whatever was sent with it before: by this process, or by one that has ended.
 */
final class DeploySender {

    private static final int ROUNDS = 30;

    private final VaultClient chain;
    private final DeployNode node;
    private final Signer signer;
    private final Limits limits;
    private final Consumer<String> progress;

    /**
     * How much is paid and waited.
     *
     * @param pollMillis between two looks at the chain
     * @param polls without the transaction in a block until a dearer one replaces it
     */
    record Limits(long chainId, FeePolicy fees, long maxGas, long pollMillis, int polls) {}

    /** Whether the chain shows what is wanted. */
    @FunctionalInterface
    interface Shown {
        boolean now() throws RpcException;
    }

    /** A transaction; sent to "", it creates a contract. */
    record Call(String what, long nonce, String to, String data) {}

    DeploySender(
            VaultClient chain,
            DeployNode node,
            Signer signer,
            Limits limits,
            Consumer<String> progress) {
        this.chain = chain;
        this.node = node;
        this.signer = signer;
        this.limits = limits;
        this.progress = progress;
    }

    /** Returns once {@code shown}. */
    void send(Call call, Shown shown) throws IOException, DeployException, InterruptedException {
        long gas;
        try {
            long estimated = node.estimateGas(signer.address(), call.to(), call.data());
            gas = Math.min(limits.maxGas(), estimated + estimated / 4);
        } catch (RpcException e) {
            if (shown.now()) { // by what a process before this one had sent
                return;
            }
            if (e.isRevert()) {
                throw wouldRevert(call, e);
            }
            throw e;
        }
        L2Block latest = chain.latestBlock();
        Fees fees = limits.fees().initial(latest.baseFeeWei(), chain.tips());
        requireFunds(call, gas, fees);
        for (int round = 0; round < ROUNDS; round++) {
            publish(call, gas, fees);
            if (isShown(call, shown)) {
                progress.accept(call.what());
                return;
            }
            fees =
                    limits.fees()
                            .bump(fees, chain.latestBlock().baseFeeWei(), chain.tips())
                            .orElse(fees);
        }
        throw new DeployException(
                "%s: nonce %d of %s is in no block yet; look at the node, then run this again"
                        .formatted(call.what(), call.nonce(), signer.address()));
    }

    private static DeployException wouldRevert(Call call, RpcException e) {
        return new DeployException(
                "%s would revert: %s; look at the terms that it is given"
                        .formatted(call.what(), e.getMessage()));
    }

    private void requireFunds(Call call, long gas, Fees fees) throws RpcException, DeployException {
        BigInteger needed =
                BigInteger.valueOf(gas).multiply(BigInteger.valueOf(fees.maxFeePerGasWei()));
        BigInteger has = chain.balanceWei(signer.address());
        if (has.compareTo(needed) < 0) {
            throw new DeployException(
                    "%s may cost %d wei but %s has %d; send it gas money and run this again"
                            .formatted(call.what(), needed, signer.address(), has));
        }
    }

    private void publish(Call call, long gas, Fees fees) throws IOException {
        SignedTransaction signed =
                SignedTransaction.sign(
                        new SignedTransaction.Unsigned(
                                limits.chainId(), call.nonce(), gas, call.to(), call.data(), fees),
                        signer);
        try {
            chain.sendRaw(signed.raw());
        } catch (RpcException e) {
            // Known already, too cheap a replacement, lost on the way: the nonce tells.
            progress.accept(call.what() + ": " + e.getMessage());
        }
    }

    private boolean isShown(Call call, Shown shown)
            throws RpcException, DeployException, InterruptedException {
        int used = 0;
        for (int poll = 0; poll < limits.polls() || used > 0; poll++) {
            if (shown.now()) {
                return true;
            }
            // Another node may answer the second question: it is given time to come up.
            used = chain.nonce(signer.address()) > call.nonce() ? used + 1 : 0;
            if (used > limits.polls()) {
                throw new DeployException(
                        ("nonce %d of %s is used, but not for: %s; look at that transaction: if it"
                                        + " failed, start anew with --deploy.first.nonce at the"
                                        + " next one")
                                .formatted(call.nonce(), signer.address(), call.what()));
            }
            TimeUnit.MILLISECONDS.sleep(limits.pollMillis());
        }
        return false;
    }
}
