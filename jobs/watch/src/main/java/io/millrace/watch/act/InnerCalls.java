package io.millrace.watch.act;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.read.JsonRpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one contract was called with in a transaction, whoever called it: the transaction itself, or
 * another contract. One thread.
 */
public final class InnerCalls {

    private static final Logger LOG = LoggerFactory.getLogger(InnerCalls.class);
    private static final int SELECTOR = 8;

    private final JsonRpc rpc;
    private final String contract;

    /** Calls of {@code contract}. */
    public InnerCalls(JsonRpc rpc, String contract) {
        this.rpc = rpc;
        this.contract = contract;
    }

    /**
     * Call data of each, 0x-hex. Of a node that does not trace, what in the transaction's own call
     * data may be one: contracts pass on what they were given, mostly as it is.
     *
     * @param transaction its hash
     * @param selectors of the calls that are looked for, 0x-hex
     * @throws IOException if the node does not answer
     */
    public List<String> of(String transaction, List<String> selectors) throws IOException {
        JsonNode mined = rpc.call("eth_getTransactionByHash", transaction);
        String input = mined.path("input").asText();
        if (mined.path("to").asText().equalsIgnoreCase(contract)) {
            return List.of(input);
        }
        List<String> found = new ArrayList<>();
        try {
            trace(
                    rpc.callOnce(
                            "debug_traceTransaction", transaction, Map.of("tracer", "callTracer")),
                    found);
        } catch (JsonRpc.RefusedException e) {
            LOG.debug("the node does not trace {}: {}", transaction, e.getMessage());
        }
        return List.copyOf(found.isEmpty() ? passedOn(input, selectors) : found);
    }

    private void trace(JsonNode call, List<String> found) {
        if (call.path("to").asText().equalsIgnoreCase(contract) && !call.has("error")) {
            found.add(call.path("input").asText());
        }
        for (JsonNode inner : call.path("calls")) {
            trace(inner, found);
        }
    }

    /** Everything from a selector on, wherever one begins. */
    static List<String> passedOn(String input, List<String> selectors) {
        List<String> found = new ArrayList<>();
        for (String selector : selectors) {
            String digits = selector.substring(2, 2 + SELECTOR);
            for (int at = input.indexOf(digits, 2); at >= 0; at = input.indexOf(digits, at + 1)) {
                if (at % 2 == 0) { // 0x, and whole bytes
                    found.add("0x" + input.substring(at));
                }
            }
        }
        return found;
    }
}
