package io.millrace.local.chaos.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In front of a node that answers every call with 0x64, which is 100. */
class NodeProxyTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Limits CUTTING = new Limits(3, 2, true, 500, 150, -32_042, "wem zu lang");
    private static final Limits REFUSING = new Limits(3, 2, false, 500, 100, -32_042, "oh so");

    private final HttpClient http = HttpClient.newHttpClient();
    private HttpServer node;
    private NodeProxy proxy;
    private String url;

    @BeforeEach
    void start() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/", NodeProxyTest::serve);
        node.start();
        proxy = new NodeProxy();
        url = proxy.before("http://127.0.0.1:" + node.getAddress().getPort());
    }

    @AfterEach
    void end() {
        proxy.close();
        node.stop(0);
    }

    @Test
    void call_withoutLimits_isTheNodes() throws Exception {
        assertThat(post(call(7, "eth_getLogs", logs(0, 999))).toString())
                .isEqualTo("{\"id\":7,\"result\":\"0x64\"}");
    }

    @Test
    void range_widerThanTheLimit_isRefusedInItsWords() throws Exception {
        proxy.enforce(CUTTING);

        assertThat(post(call(1, "eth_getLogs", logs(5, 7))).path("result").asText())
                .as("three blocks")
                .isEqualTo("0x64");
        JsonNode refused = post(call(2, "eth_getLogs", logs(5, 8)));
        assertThat(refused.path("id").asInt()).isEqualTo(2);
        assertThat(refused.path("error").path("code").asInt()).isEqualTo(-32_042);
        assertThat(refused.path("error").path("message").asText()).isEqualTo("wem zu lang");
    }

    @Test
    void batch_longerThanTheLimit_isCutInSilence() throws Exception {
        proxy.enforce(CUTTING);

        assertThat(post(batch(2))).hasSize(2);
        JsonNode cut = post(batch(5));
        assertThat(cut).hasSize(2);
        assertThat(cut.get(1).path("id").asInt()).isEqualTo(1);
    }

    @Test
    void batch_longerThanTheLimit_isRefusedWhole() throws Exception {
        proxy.enforce(REFUSING);

        assertThat(post(batch(2))).hasSize(2);
        assertThat(post(batch(3)).path("error").path("message").asText()).isEqualTo("oh so");
    }

    @Test
    void prices_areLiedAbout() throws Exception {
        proxy.enforce(CUTTING);

        assertThat(post(call(1, "eth_maxPriorityFeePerGas", "[]")).path("result").asText())
                .isEqualTo("0x1f4");
        assertThat(post(call(1, "eth_estimateGas", "[]")).path("result").asText())
                .isEqualTo("0x96");
        assertThat(post(call(1, "eth_gasPrice", "[]")).path("result").asText()).isEqualTo("0x64");
    }

    @Test
    void transaction_theFirstTime_isRefusedAsIfItsGasDidNotSuffice() throws Exception {
        proxy.enforce(CUTTING);

        assertThat(send("[\"0xaa\"]").has("error")).isTrue();
        assertThat(send("[\"0xaa\"]").has("error")).isFalse();
        assertThat(send("[\"0xbb\"]").has("error")).as("another one").isTrue();
    }

    @Test
    void heal_everyLimit_isGone() throws Exception {
        proxy.enforce(CUTTING);
        proxy.heal();

        assertThat(post(batch(5))).hasSize(5);
        assertThat(send("[\"0xaa\"]").has("error")).isFalse();
    }

    @Test
    void silence_untilHealed_answersNothing() throws Exception {
        proxy.silence();
        CompletableFuture<HttpResponse<String>> answer =
                http.sendAsync(
                        request(call(1, "eth_blockNumber", "[]")),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer).isNotDone();

        proxy.heal();

        assertThat(answer.get(10, TimeUnit.SECONDS).body()).contains("0x64");
    }

    @Test
    void node_away_isABadGateway() throws Exception {
        node.stop(0);

        HttpResponse<String> answer =
                http.send(
                        request(call(1, "eth_blockNumber", "[]")),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(502);
    }

    private JsonNode send(String parameters) throws Exception {
        return post(call(1, "eth_sendRawTransaction", parameters));
    }

    private JsonNode post(String body) throws Exception {
        return MAPPER.readTree(
                http.send(request(body), HttpResponse.BodyHandlers.ofString()).body());
    }

    private HttpRequest request(String body) {
        return HttpRequest.newBuilder(URI.create(url))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static String batch(int size) {
        return IntStream.range(0, size)
                .mapToObj(id -> call(id, "eth_getBlockByNumber", "[\"0x1\",false]"))
                .toList()
                .toString();
    }

    private static String logs(long from, long to) {
        return "[{\"fromBlock\":\"0x%x\",\"toBlock\":\"0x%x\"}]".formatted(from, to);
    }

    private static String call(int id, String method, String parameters) {
        return "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":%s}"
                .formatted(id, method, parameters);
    }

    private static void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request = MAPPER.readTree(exchange.getRequestBody());
            JsonNode answer;
            if (request.isArray()) {
                ArrayNode answers = MAPPER.createArrayNode();
                request.forEach(call -> answers.add(answer(call)));
                answer = answers;
            } else {
                answer = answer(request);
            }
            byte[] bytes = MAPPER.writeValueAsBytes(answer);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static ObjectNode answer(JsonNode call) {
        ObjectNode answer = MAPPER.createObjectNode();
        answer.set("id", call.path("id"));
        return answer.put("result", "0x64");
    }
}
