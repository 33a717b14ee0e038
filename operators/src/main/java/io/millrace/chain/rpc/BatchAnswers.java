package io.millrace.chain.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a batch of calls.
 *
 * @param results by the place of their call, only those that came and are not null
 * @param missing why the first of the others did not come, null if all did
 */
public record BatchAnswers(Map<Integer, JsonNode> results, @Nullable RpcException missing) {

    /** Copies. */
    public BatchAnswers {
        results = Map.copyOf(results);
    }
}
