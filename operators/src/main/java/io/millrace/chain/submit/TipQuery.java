package io.millrace.chain.submit;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.chain.rpc.JsonRpc;
import io.millrace.chain.rpc.RpcAnswers;
import io.millrace.chain.rpc.RpcEndpoints;
import io.millrace.chain.rpc.RpcErrorKind;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.fee.Tips;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks a node about tips. Both methods are optional: a node that is heard and does not know one, or
 * answers nonsense, has said nothing, whatever its words. One that is not heard has failed; but if
 * that goes on while its other calls are answered, it is this method that it does not know, and
 * says so with a page of HTML, or by hanging up. Submitter's thread only.
 */
final class TipQuery {

    private static final String SUGGEST = "eth_maxPriorityFeePerGas";
    private static final String HISTORY = "eth_feeHistory";
    private static final long BLOCKS = 20;
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    /** So often in a row a method is not heard before it counts as unknown. */
    private static final int MOST_UNHEARD = 3;

    private final Map<String, Integer> unheard = new HashMap<>();

    Tips ask(RpcEndpoints endpoints) throws RpcException {
        return new Tips(
                endpoints.call(SUGGEST, this::suggested), endpoints.call(HISTORY, this::paid));
    }

    private long suggested(JsonRpc node) throws RpcException {
        Optional<JsonNode> answer = ifKnown(node, SUGGEST);
        try {
            // However absurd, it is compared with the limit, which raises the alarm.
            return answer.isEmpty()
                    ? Tips.NONE
                    : RpcAnswers.bigQuantity(SUGGEST, answer.get()).min(MOST).longValueExact();
        } catch (RpcException e) {
            return Tips.NONE;
        }
    }

    private List<Long> paid(JsonRpc node) throws RpcException {
        Optional<JsonNode> answer =
                ifKnown(node, HISTORY, HexQuantity.of(BLOCKS), "latest", List.of(50));
        List<Long> paid = new ArrayList<>();
        if (answer.isPresent()) {
            for (JsonNode rewards : answer.get().path("reward")) {
                long wei = median(rewards);
                if (wei > 0) {
                    paid.add(wei);
                }
            }
        }
        return paid;
    }

    private static long median(JsonNode rewards) {
        try {
            return RpcAnswers.bigQuantity(HISTORY, rewards.path(0)).min(MOST).longValueExact();
        } catch (RpcException e) {
            return 0;
        }
    }

    private Optional<JsonNode> ifKnown(JsonRpc node, String method, Object... params)
            throws RpcException {
        try {
            Optional<JsonNode> answer = node.callNullable(method, params);
            unheard.remove(method);
            return answer;
        } catch (RpcException e) {
            if (e.kind() == RpcErrorKind.UNREACHABLE
                    && unheard.merge(method, 1, Integer::sum) < MOST_UNHEARD) {
                throw e;
            }
            return Optional.empty();
        }
    }
}
