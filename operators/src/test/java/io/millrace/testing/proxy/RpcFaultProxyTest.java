package io.millrace.testing.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The proxy lies only where it was told to, and remembers what was really sent. */
class RpcFaultProxyTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger acted = new AtomicInteger();
    private HttpServer node;
    private HttpServer otherNode;
    private RpcFaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        node = node("one");
        otherNode = node("two");
        proxy = RpcFaultProxy.before(url(node));
    }

    @AfterEach
    void stop() {
        proxy.close();
        node.stop(0);
        otherNode.stop(0);
    }

    @Test
    void proxy_noRule_passesOnWithTheClientsId() throws Exception {
        ObjectNode answer = (ObjectNode) MAPPER.readTree(send(request(77, "m", "a")).body());

        assertThat(answer.get("id").asInt()).isEqualTo(77);
        assertThat(answer.get("result").asText()).isEqualTo("one m[\"a\"]");
        assertThat(proxy.received("m")).containsExactly(proxy.forwarded("m").get(0));
    }

    @Test
    void proxy_batch_eachCallMeetsTheRules() throws Exception {
        proxy.on("b").then(Faults.error(-32000, "no"));

        JsonNode answers =
                MAPPER.readTree(
                        send("[" + request(1, "a", "x") + "," + request(2, "b", "y") + "]").body());

        assertThat(answers.get(0).get("result").asText()).isEqualTo("one a[\"x\"]");
        assertThat(answers.get(1).get("id").asInt()).isEqualTo(2);
        assertThat(answers.get(1).get("error").get("message").asText()).isEqualTo("no");
    }

    @Test
    void dropReply_nodeActsOnceClientHearsNothing() {
        proxy.on("m").times(1).then(Faults.dropReply());

        assertThatThrownBy(() -> call("m")).isInstanceOf(IOException.class);

        assertThat(acted).as("the node did not act exactly once").hasValue(1);
        assertThat(proxy.received("m")).as("the client's HTTP stack tried again").hasSize(1);
    }

    @Test
    void hangUp_nodeNeverHearsOfIt() {
        proxy.onAny().then(Faults.disconnect());

        assertThatThrownBy(() -> call("m")).isInstanceOf(IOException.class);

        assertThat(acted).hasValue(0);
        assertThat(proxy.received("m")).hasSize(1);
        assertThat(proxy.forwarded("m")).isEmpty();
    }

    @Test
    void half_bodyEndsEarly() {
        proxy.onAny().then(Faults.half());

        assertThatThrownBy(() -> call("m")).isInstanceOf(IOException.class);
    }

    @Test
    void http_statusAndBodyAreAsGiven() throws Exception {
        proxy.onAny().then(Faults.http(429, "slow down"));

        HttpResponse<String> response = send(request(1, "m", "a"));

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(response.body()).isEqualTo("slow down");
    }

    @Test
    void result_isChangedOnTheWayAndOnlyThere() throws Exception {
        proxy.on("m")
                .times(1)
                .then(Faults.result(answer -> JsonNodeFactory.instance.textNode("lie")));

        assertThat(call("m")).isEqualTo("lie");
        assertThat(call("m")).isEqualTo("one m[\"a\"]");
    }

    @Test
    void rules_newestMatchingWins_nthAndTimesAreCountedByEach() throws Exception {
        FaultRule older = proxy.on("m").then(Faults.result(answer -> text("older")));
        FaultRule newer =
                proxy.on("m")
                        .when(call -> call.text(0).equals("a"))
                        .fromNth(2)
                        .times(1)
                        .then(Faults.result(answer -> text("newer")));

        assertThat(List.of(call("m"), call("m"), call("m")))
                .containsExactly("older", "newer", "older");
        assertThat(older.hits()).isEqualTo(2);
        assertThat(newer.hits()).isEqualTo(1);
    }

    @Test
    void alternate_goesRoundTheNodes() throws Exception {
        proxy.onAny()
                .then(Faults.alternate(List.of(Faults.pass(), proxy.answeredBy(url(otherNode)))));

        assertThat(List.of(call("m"), call("m"), call("m")))
                .containsExactly("one m[\"a\"]", "two m[\"a\"]", "one m[\"a\"]");
    }

    @Test
    void stall_healed_answersThen() throws Exception {
        proxy.onAny().times(2).then(proxy.stall(true));
        assertThatThrownBy(() -> http.send(post("m", Duration.ofSeconds(2)), text()))
                .as("an answer came through")
                .isInstanceOf(HttpTimeoutException.class);
        CompletableFuture<HttpResponse<String>> waiting =
                http.sendAsync(post("m", Duration.ofSeconds(30)), text());

        await().atMost(Duration.ofMinutes(1)).until(() -> acted.get() == 2);
        proxy.heal();

        assertThat(MAPPER.readTree(waiting.get().body()).get("result").asText())
                .isEqualTo("one m[\"a\"]");
    }

    @Test
    void refuseConnections_healed_takesThemAgainAtTheSamePlace() throws Exception {
        String before = proxy.url();
        proxy.refuseConnections();
        assertThatThrownBy(() -> call("m")).isInstanceOf(ConnectException.class);

        proxy.heal();

        assertThat(proxy.url()).isEqualTo(before);
        assertThat(call("m")).isEqualTo("one m[\"a\"]");
    }

    @Test
    void afterNode_happensBetweenNodeAndClient() {
        AtomicInteger actedBefore = new AtomicInteger(-1);
        proxy.on("eth_sendRawTransaction")
                .then(Faults.afterNode(() -> actedBefore.set(acted.get()), new Reply.HangUp()));

        assertThatThrownBy(() -> call("eth_sendRawTransaction")).isInstanceOf(IOException.class);

        assertThat(actedBefore).hasValue(1);
        assertThat(proxy.rawTransactions()).containsExactly("a");
    }

    @Test
    void nodeGone_isABadGateway() throws Exception {
        node.stop(0);

        assertThat(send(request(1, "m", "a")).statusCode()).isEqualTo(502);
    }

    private HttpServer node(String name) throws IOException {
        HttpServer made =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        made.createContext(
                "/",
                exchange -> {
                    JsonNode request = MAPPER.readTree(exchange.getRequestBody());
                    acted.incrementAndGet();
                    ObjectNode answer = MAPPER.createObjectNode();
                    answer.set("id", request.get("id"));
                    answer.put(
                            "result",
                            name + " " + request.get("method").asText() + request.get("params"));
                    byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        made.start();
        return made;
    }

    private static String url(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private String call(String method) throws Exception {
        return MAPPER.readTree(send(request(1, method, "a")).body()).get("result").asText();
    }

    private HttpResponse<String> send(String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(proxy.url()))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                text());
    }

    private HttpRequest post(String method, Duration timeout) {
        return HttpRequest.newBuilder(URI.create(proxy.url()))
                .timeout(timeout)
                .POST(HttpRequest.BodyPublishers.ofString(request(1, method, "a")))
                .build();
    }

    private static HttpResponse.BodyHandler<String> text() {
        return HttpResponse.BodyHandlers.ofString();
    }

    private static JsonNode text(String value) {
        return JsonNodeFactory.instance.textNode(value);
    }

    private static String request(int id, String method, String param) {
        return "{\"jsonrpc\":\"2.0\",\"id\":"
                + id
                + ",\"method\":\""
                + method
                + "\",\"params\":[\""
                + param
                + "\"]}";
    }
}
