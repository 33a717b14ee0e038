package io.millrace.testing.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.sun.net.httpserver.HttpServer;
import io.millrace.chain.JsonRpc;
import io.millrace.chain.RpcException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The proxy does what is scripted, to the calls that are meant, and nothing else. */
class RpcProxyTest {

    private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");

    private final AtomicInteger answered = new AtomicInteger();
    private HttpServer node;
    private RpcProxy proxy;
    private JsonRpc rpc;

    @BeforeEach
    void start() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext(
                "/",
                exchange -> {
                    byte[] asked = exchange.getRequestBody().readAllBytes();
                    Matcher id = ID.matcher(new String(asked, StandardCharsets.UTF_8));
                    String number = id.find() ? id.group(1) : "0";
                    answered.incrementAndGet();
                    byte[] body =
                            ("{\"id\":" + number + ",\"result\":\"truth\"}")
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        node.start();
        proxy = RpcProxy.to("http://127.0.0.1:" + node.getAddress().getPort());
        rpc = new JsonRpc(URI.create(proxy.url()), Duration.ofMillis(700));
    }

    @AfterEach
    void stop() {
        proxy.close();
        node.stop(0);
    }

    @Test
    void call_withoutRule_passes() throws Exception {
        proxy.on("other").then(RpcFault.refuse());

        assertThat(rpc.call("one", "a").asText()).isEqualTo("truth");
        assertThat(proxy.calls("one")).extracting(JsonNode::toString).containsExactly("[\"a\"]");
    }

    @Test
    void rule_afterTimesAndEvery_hitsThoseCallsOnly() throws Exception {
        proxy.on("one").after(1).times(2).every(2).then(RpcFault.result(it -> new TextNode("lie")));

        StringBuilder heard = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            heard.append(rpc.call("one").asText().charAt(0));
        }
        assertThat(heard).hasToString("ttltlttt");
        proxy.heal();
        assertThat(rpc.call("one").asText()).isEqualTo("truth");
    }

    @Test
    void rule_where_looksAtTheParameters() throws Exception {
        proxy.on("one")
                .where(params -> params.get(0).asText().equals("b"))
                .then(RpcFault.params(params -> params));

        rpc.call("one", "a");
        rpc.call("one", "b");
        assertThat(answered).hasValue(2);
    }

    @Test
    void dropReply_theNodeActsAndRefuseItDoesNot() {
        proxy.on("act").then(RpcFault.dropReply());
        proxy.on("none").then(RpcFault.refuse());

        assertUnreachable("act");
        assertThat(answered).hasValue(1);
        assertUnreachable("none");
        assertThat(answered).hasValue(1);
    }

    @Test
    void broken_transports_areAllNoAnswer() {
        proxy.on("gateway").then(RpcFault.status(502));
        proxy.on("half").then(RpcFault.halfBody());
        proxy.on("stalled").then(RpcFault.stalledBody());
        proxy.on("late").then(RpcFault.delay(1_500));

        for (String method : new String[] {"gateway", "half", "stalled", "late"}) {
            assertUnreachable(method);
        }
    }

    @Test
    void error_ofTheScript_arrivesAsTheNodesOwn() {
        proxy.on("one").then(RpcFault.error(-32005, "query returned more than 9 results"));

        assertThatThrownBy(() -> rpc.call("one"))
                .hasMessageContaining("more than 9 results (-32005)");
    }

    @Test
    void of_anotherNode_answersInstead() throws Exception {
        try (RpcProxy other = RpcProxy.to("http://127.0.0.1:" + node.getAddress().getPort())) {
            proxy.on("one").then(RpcFault.of(other::forward));
            assertThat(rpc.call("one").asText()).isEqualTo("truth");
        }
    }

    private void assertUnreachable(String method) {
        assertThatThrownBy(() -> rpc.call(method))
                .isInstanceOfSatisfying(
                        RpcException.class,
                        e -> assertThat(e.kind()).isEqualTo(RpcException.Kind.UNREACHABLE))
                .message()
                .doesNotContain("token-of-the-test");
    }
}
