package io.millrace.local.chaos.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a node with limits makes of calls and answers. Safe for several threads. */
final class LimitedNode {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final BigInteger PERCENT = BigInteger.valueOf(100);

    private final Limits limits;
    private final Set<String> refusedOnce = ConcurrentHashMap.newKeySet();

    LimitedNode(Limits limits) {
        this.limits = limits;
    }

    /**
     * Whether a call, or a batch as a whole, is refused: what is too wide or too long, and each
     * transaction at first, as if its gas did not suffice.
     */
    boolean refuses(JsonNode request) {
        if (request.isArray()) {
            return !limits.isCut() && request.size() > limits.longestBatch();
        }
        JsonNode parameter = request.path("params").path(0);
        return switch (request.path("method").asText()) {
            case "eth_getLogs" -> width(parameter) > limits.widestRange();
            case "eth_sendRawTransaction" ->
                    limits.gasPercent() > 100 && refusedOnce.add(parameter.asText());
            default -> false;
        };
    }

    /** The calls of a batch that are answered. */
    List<JsonNode> taken(JsonNode batch) {
        List<JsonNode> calls = new ArrayList<>();
        for (JsonNode call : batch) {
            if (calls.size() < limits.longestBatch()) {
                calls.add(call);
            }
        }
        return calls;
    }

    /** The error, to the request with this id. */
    ObjectNode refusal(JsonNode id) {
        ObjectNode answer = JSON.objectNode().put("jsonrpc", "2.0");
        answer.set("id", id);
        answer.putObject("error").put("code", limits.code()).put("message", limits.words());
        return answer;
    }

    /** What becomes of the node's {@code answer} to {@code method}. */
    ObjectNode changed(String method, ObjectNode answer) {
        JsonNode result = answer.path("result");
        if (result.isTextual()) {
            switch (method) {
                case "eth_maxPriorityFeePerGas" ->
                        answer.put("result", hex(BigInteger.valueOf(limits.tipWei())));
                case "eth_estimateGas" ->
                        answer.put(
                                "result",
                                hex(
                                        quantity(result)
                                                .multiply(BigInteger.valueOf(limits.gasPercent()))
                                                .divide(PERCENT)));
                default -> {}
            }
        }
        return answer;
    }

    /** Blocks of a filter; one with tags or a block's hash is as narrow as can be. */
    private static long width(JsonNode filter) {
        JsonNode from = filter.path("fromBlock");
        JsonNode to = filter.path("toBlock");
        return from.asText().startsWith("0x") && to.asText().startsWith("0x")
                ? quantity(to).subtract(quantity(from)).longValueExact() + 1
                : 1;
    }

    private static BigInteger quantity(JsonNode hex) {
        return new BigInteger(hex.asText().substring(2), 16);
    }

    private static String hex(BigInteger quantity) {
        return "0x" + quantity.toString(16);
    }
}
