package io.millrace.testing.proxy;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One request as a client sent it.
 *
 * @param method JSON-RPC method
 * @param params array of parameters
 * @param nth of its method since the proxy started, from 1
 */
public record RpcCall(String method, JsonNode params, long nth) {

    /** A parameter as text, empty if there is none at {@code index}. */
    public String text(int index) {
        return params.path(index).asText();
    }
}
