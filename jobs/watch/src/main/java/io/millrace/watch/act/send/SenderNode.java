package io.millrace.watch.act.send;

import static io.millrace.audit.read.JsonRpc.quantity;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.JsonRpc.RefusedException;
import io.millrace.watch.act.send.Outcome.State;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.utils.Numeric;

/** What a node says of one key's transactions. One thread. */
final class SenderNode {

    private static final Logger LOG = LoggerFactory.getLogger(SenderNode.class);

    private final JsonRpc rpc;
    private final String address;
    private final FinalBlock finality;

    SenderNode(JsonRpc rpc, String address, FinalBlock finality) {
        this.rpc = rpc;
        this.address = address;
        this.finality = finality;
    }

    /** Number of the newest block that no reorganisation can undo. */
    long finalBlock() throws IOException {
        return finality.number(rpc);
    }

    /** The key's transactions in blocks up to the newest. */
    long count() throws IOException {
        return count("latest");
    }

    /** The same up to {@code block}; 0 if the node does not know it any more. */
    long countAt(long block) throws IOException {
        try {
            return count(Numeric.encodeQuantity(BigInteger.valueOf(block)));
        } catch (RefusedException e) {
            LOG.debug("nothing is known of block {}: {}", block, e.getMessage());
            return 0;
        }
    }

    private long count(String block) throws IOException {
        return quantity(rpc.call("eth_getTransactionCount", address, block)).longValueExact();
    }

    /** What the key has, wei. */
    BigInteger balanceWei() throws IOException {
        return quantity(rpc.call("eth_getBalance", address, "latest"));
    }

    /**
     * Gas of a call.
     *
     * @throws RefusedException if it would revert, or the node does not say
     */
    long estimate(String to, String calldata, BigInteger valueWei) throws IOException {
        return clamped(
                quantity(
                        rpc.callOnce(
                                "eth_estimateGas",
                                Map.of(
                                        "from",
                                        address,
                                        "to",
                                        to,
                                        "data",
                                        calldata,
                                        "value",
                                        Numeric.encodeQuantity(valueWei)))));
    }

    /** What would be offered at first now. */
    Fees market(SendLimits limits) throws IOException {
        JsonNode block = rpc.call("eth_getBlockByNumber", "latest", false);
        BigInteger baseFee =
                quantity(
                        block.hasNonNull("baseFeePerGas")
                                ? block.get("baseFeePerGas")
                                : rpc.call("eth_gasPrice"));
        BigInteger tip;
        try {
            tip = quantity(rpc.callOnce("eth_maxPriorityFeePerGas"));
        } catch (RefusedException e) {
            tip = BigInteger.ONE; // not every node suggests one
        }
        return Fees.initial(clamped(baseFee), clamped(tip), limits);
    }

    private static long clamped(BigInteger wei) {
        return wei.bitLength() < Long.SIZE ? wei.longValueExact() : Long.MAX_VALUE;
    }

    /**
     * Hands a transaction to the node. What it answers says nothing: blocks do.
     *
     * @throws IOException if there was no answer
     */
    void publish(Sent sent) throws IOException {
        try {
            rpc.callOnce("eth_sendRawTransaction", sent.raw());
        } catch (RefusedException e) {
            LOG.debug("{} was not taken, it is sent again: {}", sent.id(), e.getMessage());
        }
    }

    /** What blocks have of one of these, which have one nonce; empty if they have none. */
    Optional<Outcome> receipt(List<Sent> sents) throws IOException {
        for (Sent sent : sents) {
            Optional<JsonNode> found = rpc.find("eth_getTransactionReceipt", sent.hash());
            if (found.isPresent()) {
                JsonNode receipt = found.get();
                BigInteger gas = quantity(receipt.path("gasUsed"));
                BigInteger fee =
                        gas.multiply(quantity(receipt.path("effectiveGasPrice")))
                                .add(
                                        receipt.hasNonNull("l1Fee")
                                                ? quantity(receipt.get("l1Fee"))
                                                : BigInteger.ZERO);
                boolean ok = quantity(receipt.path("status")).signum() != 0;
                return Optional.of(
                        new Outcome(
                                ok ? State.DONE : State.REVERTED,
                                sent.hash(),
                                quantity(receipt.path("blockNumber")).longValueExact(),
                                gas.longValueExact(),
                                fee,
                                false,
                                ""));
            }
        }
        return Optional.empty();
    }
}
