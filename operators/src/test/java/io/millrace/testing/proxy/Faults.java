package io.millrace.testing.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** The faults that nodes, providers and networks are known for. */
public final class Faults {

    private Faults() {}

    /** None: the node answers. */
    public static Fault pass() {
        return (call, node) -> node.forward();
    }

    /** The node acts, the client never hears of it. */
    public static Fault dropReply() {
        return (call, node) -> {
            node.forward();
            return new Reply.HangUp();
        };
    }

    /** The connection ends; the node never hears of the call. */
    public static Fault disconnect() {
        return (call, node) -> new Reply.HangUp();
    }

    /** Something in front of the node answers for it: 429, 502, a page of HTML. */
    public static Fault http(int status, String body) {
        return (call, node) -> new Reply.Plain(status, body);
    }

    /** The answer breaks off in the middle. */
    public static Fault half() {
        return (call, node) -> new Reply.Half(node.forward().json());
    }

    /** The node refuses, with the text of some provider. */
    public static Fault error(int code, String message) {
        return (call, node) -> {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.putObject("error").put("code", code).put("message", message);
            return new Reply.Answer(json);
        };
    }

    /** The node does not know the thing. */
    public static Fault nothing() {
        return result(answer -> JsonNodeFactory.instance.nullNode());
    }

    /** A lie: the result is changed on its way. The change gets a copy of its own. */
    public static Fault result(UnaryOperator<JsonNode> change) {
        return (call, node) -> {
            ObjectNode json = node.forward().json();
            JsonNode truth = json.path("result");
            json.set("result", change.apply(truth.deepCopy()));
            return new Reply.Answer(json);
        };
    }

    /** A load balancer: each call goes to the next of {@code nodes}. */
    public static Fault alternate(List<Fault> nodes) {
        AtomicLong turn = new AtomicLong();
        return (call, node) ->
                nodes.get((int) (turn.getAndIncrement() % nodes.size())).reply(call, node);
    }

    /** Something happens after the client's call came in and before anything else does. */
    public static Fault first(Runnable action, Fault then) {
        return (call, node) -> {
            action.run();
            return then.reply(call, node);
        };
    }

    /** Something happens after the node has acted and before the client hears of it. */
    public static Fault afterNode(Runnable action, Reply reply) {
        return (call, node) -> {
            node.forward();
            action.run();
            return reply;
        };
    }
}
