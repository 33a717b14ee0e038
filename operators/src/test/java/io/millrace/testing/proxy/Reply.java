package io.millrace.testing.proxy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What the client gets to see. */
public sealed interface Reply {

    /** A JSON-RPC answer; its id is set to the request's. */
    record Answer(ObjectNode json) implements Reply {}

    /** JSON-RPC answers to a batch, ids and all. */
    record Answers(ArrayNode json) implements Reply {}

    /** An HTTP answer that is no JSON-RPC one. */
    record Plain(int status, String body) implements Reply {}

    /** Headers of the whole answer, then half of it, then the end of the connection. */
    record Half(ObjectNode json) implements Reply {}

    /** The end of the connection, without a byte. */
    record HangUp() implements Reply {}
}
