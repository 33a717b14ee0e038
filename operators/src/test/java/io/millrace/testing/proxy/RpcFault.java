package io.millrace.testing.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** What happens to one call on its way to the node or back. */
public interface RpcFault {

    /** The node behind the proxy. */
    interface Node {
        /** Its whole answer to a request. */
        JsonNode answer(JsonNode request) throws IOException;
    }

    /** How the reply leaves the proxy. */
    enum Ending {
        WHOLE,
        /** The connection ends without a byte. */
        NOTHING,
        /** The connection ends after half of the body it announced. */
        HALF,
        /** Half of the body, then silence until the proxy is closed. */
        STALLED
    }

    /**
     * What the client gets.
     *
     * @param status of HTTP @param answer as JSON-RPC
     */
    record Reply(int status, JsonNode answer, Ending ending) {
        static Reply of(JsonNode answer) {
            return new Reply(200, answer, Ending.WHOLE);
        }
    }

    /** Carries the call out, or not. */
    Reply apply(JsonNode request, Node node) throws IOException;

    /** The node acts, its answer gets lost. */
    static RpcFault dropReply() {
        return (request, node) -> new Reply(200, node.answer(request), Ending.NOTHING);
    }

    /** The node hears nothing, the client neither. */
    static RpcFault refuse() {
        return (request, node) -> new Reply(200, request, Ending.NOTHING);
    }

    /** A gateway's status, without an answer. */
    static RpcFault status(int status) {
        return (request, node) ->
                new Reply(status, JsonNodeFactory.instance.textNode("not here"), Ending.WHOLE);
    }

    /** Half of the answer, then the connection ends. */
    static RpcFault halfBody() {
        return (request, node) -> new Reply(200, node.answer(request), Ending.HALF);
    }

    /** Half of the answer, then nothing more, with the connection open. */
    static RpcFault stalledBody() {
        return (request, node) -> new Reply(200, node.answer(request), Ending.STALLED);
    }

    /** The answer, late. */
    static RpcFault delay(long millis) {
        return (request, node) -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            return Reply.of(node.answer(request));
        };
    }

    /** An error of JSON-RPC instead of the answer. */
    static RpcFault error(int code, String message) {
        return (request, node) -> {
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            answer.put("jsonrpc", "2.0").set("id", request.get("id"));
            answer.putObject("error").put("code", code).put("message", message);
            return Reply.of(answer);
        };
    }

    /** Another result in the node's answer. The operator gets a copy of its own. */
    static RpcFault result(UnaryOperator<JsonNode> change) {
        return (request, node) -> {
            ObjectNode answer = node.answer(request).deepCopy();
            answer.set("result", change.apply(answer.path("result").deepCopy()));
            return Reply.of(answer);
        };
    }

    /** The node's answer to other parameters. The operator gets a copy of its own. */
    static RpcFault params(UnaryOperator<JsonNode> change) {
        return (request, node) -> {
            ObjectNode other = request.deepCopy();
            other.set("params", change.apply(request.path("params").deepCopy()));
            return Reply.of(node.answer(other));
        };
    }

    /** The block of a number, whichever was asked for: a node that is behind. */
    static RpcFault block(String number) {
        return params(
                asked -> {
                    ((ArrayNode) asked).set(0, number);
                    return asked;
                });
    }

    /** The answer of another node. */
    static RpcFault of(Node other) {
        return (request, node) -> Reply.of(other.answer(request));
    }
}
