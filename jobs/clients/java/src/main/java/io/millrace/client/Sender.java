package io.millrace.client;

import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import org.web3j.crypto.Credentials;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.core.methods.request.Transaction;
import org.web3j.protocol.core.methods.response.EthEstimateGas;
import org.web3j.protocol.core.methods.response.EthSendTransaction;
import org.web3j.protocol.core.methods.response.TransactionReceipt;
import org.web3j.protocol.exceptions.TransactionException;
import org.web3j.tx.RawTransactionManager;
import org.web3j.tx.response.PollingTransactionReceiptProcessor;

/** Signs and sends transactions of EIP-1559, one after the other, and waits for each. */
final class Sender {

    private static final int POLL_MILLIS = 500;

    private final Web3j node;
    private final long chainId;
    private final Credentials key;
    private final RawTransactionManager manager;

    Sender(Web3j node, long chainId, Credentials key) {
        this.node = node;
        this.chainId = chainId;
        this.key = key;
        manager = new RawTransactionManager(node, key, chainId);
    }

    /**
     * The receipt of a transaction that succeeded.
     *
     * @throws IOException if the node refuses it, it reverts, or is in no block in {@code patience}
     */
    TransactionReceipt send(String to, String data, Duration patience) throws IOException {
        BigInteger tip = node.ethMaxPriorityFeePerGas().send().getMaxPriorityFeePerGas();
        BigInteger base =
                node.ethGetBlockByNumber(DefaultBlockParameterName.LATEST, false)
                        .send()
                        .getBlock()
                        .getBaseFeePerGas();
        EthSendTransaction sent =
                manager.sendEIP1559Transaction(
                        chainId,
                        tip,
                        base.shiftLeft(1).add(tip),
                        gas(to, data),
                        to,
                        data,
                        BigInteger.ZERO);
        refuse(sent, to);
        long polls = Math.max(1, patience.toMillis() / POLL_MILLIS);
        try {
            TransactionReceipt receipt =
                    new PollingTransactionReceiptProcessor(
                                    node, POLL_MILLIS, (int) Math.min(polls, Integer.MAX_VALUE))
                            .waitForTransactionReceipt(sent.getTransactionHash());
            if (!receipt.isStatusOK()) {
                throw new IOException(
                        "transaction %s reverted".formatted(sent.getTransactionHash()));
            }
            return receipt;
        } catch (TransactionException e) {
            throw new IOException(
                    "transaction %s is in no block after %s"
                            .formatted(sent.getTransactionHash(), patience),
                    e);
        }
    }

    /** A fifth more than the node thinks: what a transaction before it changes may cost more. */
    private BigInteger gas(String to, String data) throws IOException {
        EthEstimateGas estimate =
                node.ethEstimateGas(
                                Transaction.createFunctionCallTransaction(
                                        key.getAddress(), null, null, null, to, data))
                        .send();
        refuse(estimate, to);
        return estimate.getAmountUsed()
                .multiply(BigInteger.valueOf(6))
                .divide(BigInteger.valueOf(5));
    }

    private static void refuse(Response<?> response, String to) throws IOException {
        if (response.hasError()) {
            Response.Error error = response.getError();
            throw new IOException(
                    "the node refuses a call of %s: %s%s"
                            .formatted(
                                    to,
                                    error.getMessage(),
                                    error.getData() == null ? "" : " " + error.getData()));
        }
    }
}
