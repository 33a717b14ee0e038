package io.millrace.chain.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Reads what nodes answer, and believes nothing that breaks the protocol. */
public final class RpcAnswers {

    private RpcAnswers() {}

    public static long quantity(String method, JsonNode node) throws RpcException {
        BigInteger number = bigQuantity(method, node);
        if (number.bitLength() > 63) {
            throw RpcException.invalid(method, node + " has more than 63 bits");
        }
        return number.longValue();
    }

    public static BigInteger bigQuantity(String method, JsonNode node) throws RpcException {
        try {
            return HexQuantity.parse(node.asText());
        } catch (IllegalArgumentException e) {
            throw RpcException.invalid(method, String.valueOf(e.getMessage()));
        }
    }

    /** 32 bytes. */
    public static String hash(String method, JsonNode node) throws RpcException {
        return bytes(method, node, 32);
    }

    /** {@code length} bytes, 0x-hex, lower case. */
    public static String bytes(String method, JsonNode node, int length) throws RpcException {
        try {
            return Hex.encode(Hex.decode(node.asText(), length));
        } catch (IllegalArgumentException e) {
            throw RpcException.invalid(method, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Logs that ascend by (block, index), each in the range and of one of {@code addresses}. A
     * duplicate does not ascend.
     */
    public static List<LogEntry> logs(JsonNode answer, long from, long to, List<String> addresses)
            throws RpcException {
        String method = "eth_getLogs";
        if (!answer.isArray()) {
            throw RpcException.invalid(method, "the answer is no array");
        }
        List<LogEntry> logs = new ArrayList<>(answer.size());
        for (JsonNode node : answer) {
            LogEntry log = log(method, node);
            LogEntry before = logs.isEmpty() ? null : logs.get(logs.size() - 1);
            boolean ascends =
                    before == null
                            || before.block() < log.block()
                            || (before.block() == log.block() && before.index() < log.index());
            if (log.block() < from
                    || log.block() > to
                    || !ascends
                    || !addresses.contains(log.address())
                    || node.path("removed").asBoolean()) {
                throw RpcException.invalid(
                        method,
                        ("blocks %d to %d brought a log that was not asked for,"
                                        + " out of order or removed: %s in block %d")
                                .formatted(from, to, log.transaction(), log.block()));
            }
            logs.add(log);
        }
        return logs;
    }

    public static LogEntry log(String method, JsonNode node) throws RpcException {
        List<String> topics = new ArrayList<>();
        for (JsonNode topic : node.path("topics")) {
            topics.add(hash(method, topic));
        }
        return new LogEntry(
                address(method, node.path("address")),
                topics,
                node.path("data").asText(),
                quantity(method, node.path("blockNumber")),
                hash(method, node.path("blockHash")),
                hash(method, node.path("transactionHash")),
                index(method, node.path("logIndex")));
    }

    private static int index(String method, JsonNode node) throws RpcException {
        long index = quantity(method, node);
        if (index >= Integer.MAX_VALUE) {
            throw RpcException.invalid(method, "log index " + index + " is too high");
        }
        return (int) index;
    }

    private static String address(String method, JsonNode node) throws RpcException {
        try {
            return EvmAddress.canonical(node.asText());
        } catch (IllegalArgumentException e) {
            throw RpcException.invalid(method, String.valueOf(e.getMessage()));
        }
    }
}
