package io.millrace.chain.event;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.chain.rpc.RpcAnswers;
import io.millrace.chain.rpc.RpcException;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;
import org.web3j.rlp.RlpType;

/**
 * The root that a block's receipts have, from their JSON (EIP-2718: typed receipts; the deposits of
 * the OP stack carry two fields more since its Canyon upgrade).
 */
final class ReceiptsRoot {

    private static final String METHOD = "eth_getBlockReceipts";
    private static final int DEPOSIT = 0x7e;
    private static final int MAX_TYPE = 0x7f;

    private ReceiptsRoot() {}

    /**
     * @param receipts of a whole block, in its order
     */
    static String of(JsonNode receipts) throws RpcException {
        List<byte[]> encoded = new ArrayList<>(receipts.size());
        for (JsonNode receipt : receipts) {
            encoded.add(encode(receipt));
        }
        return Hex.encode(TrieRoot.of(encoded));
    }

    private static byte[] encode(JsonNode receipt) throws RpcException {
        BigInteger type =
                receipt.has("type")
                        ? RpcAnswers.bigQuantity(METHOD, receipt.get("type"))
                        : BigInteger.ZERO;
        if (type.bitLength() > 31 || type.intValue() > MAX_TYPE) {
            throw RpcException.invalid(METHOD, "receipt type " + type + " is none");
        }
        List<RlpType> fields = new ArrayList<>();
        fields.add(number(receipt.path("status")));
        fields.add(number(receipt.path("cumulativeGasUsed")));
        fields.add(bytes(receipt.path("logsBloom")));
        List<RlpType> logs = new ArrayList<>();
        for (JsonNode log : receipt.path("logs")) {
            List<RlpType> topics = new ArrayList<>();
            for (JsonNode topic : log.path("topics")) {
                topics.add(bytes(topic));
            }
            logs.add(
                    new RlpList(
                            bytes(log.path("address")),
                            new RlpList(topics),
                            bytes(log.path("data"))));
        }
        fields.add(new RlpList(logs));
        if (type.intValue() == DEPOSIT && receipt.has("depositReceiptVersion")) {
            fields.add(number(receipt.path("depositNonce")));
            fields.add(number(receipt.path("depositReceiptVersion")));
        }
        byte[] body = RlpEncoder.encode(new RlpList(fields));
        return type.signum() == 0
                ? body
                : ByteBuffer.allocate(1 + body.length).put(type.byteValue()).put(body).array();
    }

    /** RLP has numbers without leading zeros, zero as nothing. */
    private static RlpString number(JsonNode node) throws RpcException {
        BigInteger number = RpcAnswers.bigQuantity(METHOD, node);
        return number.signum() == 0 ? RlpString.create(new byte[0]) : RlpString.create(number);
    }

    private static RlpString bytes(JsonNode node) throws RpcException {
        try {
            return RlpString.create(Hex.decode(node.asText()));
        } catch (IllegalArgumentException e) {
            throw RpcException.invalid(METHOD, String.valueOf(e.getMessage()));
        }
    }
}
