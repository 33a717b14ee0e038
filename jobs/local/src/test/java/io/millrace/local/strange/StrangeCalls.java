package io.millrace.local.strange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.TransactionDecoder;

/** What a strange provider makes of single calls and their answers. Safe for several threads. */
final class StrangeCalls {

    private static final BigInteger PERCENT = BigInteger.valueOf(100);
    private static final int TAGLESS_AT_FIRST = 3;

    private final Habits habits;
    private final Map<String, AtomicInteger> receiptsAsked = new ConcurrentHashMap<>();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final AtomicInteger estimates = new AtomicInteger();
    private final AtomicInteger tags = new AtomicInteger();
    private volatile BigInteger gasNeeded = BigInteger.ZERO;

    StrangeCalls(Habits habits) {
        this.habits = habits;
    }

    /** How the call is refused, before the node hears of it; null if it is not. */
    @Nullable Refusal refusal(JsonNode call) {
        JsonNode parameter = call.path("params").path(0);
        return switch (call.path("method").asText()) {
            case "eth_getLogs" -> width(parameter) > habits.widestRange() ? habits.range() : null;
            case "eth_maxPriorityFeePerGas" -> habits.suggestsTip() ? null : habits.noTip();
            case "eth_feeHistory" -> habits.knowsFees() ? null : habits.noTip();
            case "eth_sendRawTransaction" -> hasTooLittleGas(parameter) ? habits.gas() : null;
            case "eth_getBlockByNumber" -> isTag(parameter) && !knowsTag() ? habits.noTag() : null;
            default -> null;
        };
    }

    /** What becomes of the node's {@code answer}. */
    ObjectNode changed(JsonNode call, ObjectNode answer) {
        JsonNode result = answer.path("result");
        switch (call.path("method").asText()) {
            case "eth_maxPriorityFeePerGas" ->
                    answer.put("result", hex(BigInteger.valueOf(habits.tipWei())));
            case "eth_estimateGas" -> {
                if (result.isTextual()) {
                    answer.put("result", hex(estimate(quantity(result))));
                }
            }
            case "eth_getTransactionReceipt" -> {
                String hash = call.path("params").path(0).asText();
                if (!result.isNull() && asked(hash) <= habits.nulls()) {
                    answer.putNull("result");
                }
            }
            case "eth_sendRawTransaction" -> {
                String raw = call.path("params").path(0).asText();
                boolean first = sent.add(raw);
                if (answer.has("error") || (first && habits.unsure())) {
                    return inOwnWords(call);
                }
            }
            default -> {}
        }
        return answer;
    }

    /** The node has the transaction, or its nonce is used: who can read it? */
    private ObjectNode inOwnWords(JsonNode call) {
        Refusal refusal = habits.send();
        Refusal said =
                refusal.shape().isAnswer()
                        ? refusal
                        : new Refusal(Refusal.Shape.ERROR, 200, refusal.code(), refusal.words(), 0);
        return said.answer(call.path("id"));
    }

    private int asked(String hash) {
        return receiptsAsked.computeIfAbsent(hash, h -> new AtomicInteger()).incrementAndGet();
    }

    private BigInteger estimate(BigInteger truth) {
        gasNeeded = truth;
        return estimates.incrementAndGet() > habits.lowEstimates()
                ? truth
                : truth.multiply(BigInteger.valueOf(habits.gasPercent())).divide(PERCENT);
    }

    private boolean hasTooLittleGas(JsonNode raw) {
        return TransactionDecoder.decode(raw.asText()).getGasLimit().compareTo(gasNeeded) < 0;
    }

    private boolean knowsTag() {
        return habits.hasTags() && tags.incrementAndGet() > TAGLESS_AT_FIRST;
    }

    private static boolean isTag(JsonNode block) {
        return block.asText().equals("finalized") || block.asText().equals("safe");
    }

    /** Blocks of a filter; one with a block's hash is as narrow as can be. */
    private static long width(JsonNode filter) {
        return filter.has("fromBlock") && filter.has("toBlock")
                ? quantity(filter.path("toBlock"))
                                .subtract(quantity(filter.path("fromBlock")))
                                .longValueExact()
                        + 1
                : 1;
    }

    private static BigInteger quantity(JsonNode hex) {
        return new BigInteger(hex.asText().substring(2), 16);
    }

    private static String hex(BigInteger quantity) {
        return "0x" + quantity.toString(16);
    }
}
