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
import java.util.List;
import java.util.Optional;

/**
 * Asks a node about tips. Both methods are optional: a node that is heard and does not know one, or
 * answers nonsense, has said nothing, whatever its words; only a node that is not heard has failed.
 */
final class TipQuery {

    private static final String SUGGEST = "eth_maxPriorityFeePerGas";
    private static final String HISTORY = "eth_feeHistory";
    private static final long BLOCKS = 20;
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    private TipQuery() {}

    static Tips ask(RpcEndpoints endpoints) throws RpcException {
        return new Tips(
                endpoints.call(SUGGEST, TipQuery::suggested),
                endpoints.call(HISTORY, TipQuery::paid));
    }

    private static long suggested(JsonRpc node) throws RpcException {
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

    private static List<Long> paid(JsonRpc node) throws RpcException {
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

    private static Optional<JsonNode> ifKnown(JsonRpc node, String method, Object... params)
            throws RpcException {
        try {
            return node.callNullable(method, params);
        } catch (RpcException e) {
            if (e.kind() == RpcErrorKind.UNREACHABLE) {
                throw e;
            }
            return Optional.empty();
        }
    }
}
