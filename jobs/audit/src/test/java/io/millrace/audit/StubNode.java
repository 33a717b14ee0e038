package io.millrace.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Function;

/** A node that answers each call as a test says. */
final class StubNode implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpServer server;

    /**
     * Begins to answer.
     *
     * @param answer the result of a call, which has method and params
     */
    StubNode(Function<JsonNode, JsonNode> answer) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    JsonNode asked = MAPPER.readTree(exchange.getRequestBody());
                    ArrayNode answers = MAPPER.createArrayNode();
                    for (JsonNode call : asked.isArray() ? asked : List.of(asked)) {
                        answers.addObject()
                                .put("id", call.path("id").asInt())
                                .set("result", answer.apply(call));
                    }
                    JsonNode all = asked.isArray() ? answers : answers.get(0);
                    byte[] body = all.toString().getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    static JsonNode text(String text) {
        return JsonNodeFactory.instance.textNode(text);
    }

    static JsonNode block(String hash) {
        return MAPPER.createObjectNode().put("hash", hash).put("timestamp", "0x1");
    }

    static JsonNode nothing() {
        return MAPPER.createArrayNode();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
