package io.millrace.chain.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One endpoint is in use until it fails, and nobody acts on a head that went back. */
class RpcEndpointsTest {

    private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");
    private static final long SECOND = 1_000_000_000;

    private final List<Node> nodes = new ArrayList<>();
    private long nanos = 1_000;

    /** Answers every call with one text. */
    private static final class Node {
        private final HttpServer server;
        private String chainId = "0x5";
        private int status = 200;
        private String answer = "\"result\":\"0x1\"";
        private int calls;

        Node() throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext(
                    "/",
                    exchange -> {
                        String request =
                                new String(
                                        exchange.getRequestBody().readAllBytes(),
                                        StandardCharsets.UTF_8);
                        Matcher id = ID.matcher(request);
                        String told =
                                request.contains("eth_chainId")
                                        ? "\"result\":\"" + chainId + "\""
                                        : answer;
                        calls++;
                        String body = "{\"id\":" + (id.find() ? id.group(1) : 0) + "," + told + "}";
                        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(status, bytes.length);
                        exchange.getResponseBody().write(bytes);
                        exchange.close();
                    });
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
        }
    }

    @AfterEach
    void stop() {
        nodes.forEach(node -> node.server.stop(0));
    }

    @Test
    void ask_nodeUnreachable_theNextTakesOverAndKeepsTheWork() throws Exception {
        RpcEndpoints endpoints = endpoints(2);
        call(endpoints);
        nodes.get(0).status = 503;

        assertThatThrownBy(() -> call(endpoints)).isInstanceOf(RpcException.class);
        assertThat(endpoints.inUse()).isEqualTo(1);
        assertThat(endpoints.switches()).isEqualTo(1);

        nodes.get(0).status = 200;
        nanos += 3_600_000_000_000L;
        call(endpoints);
        assertThat(endpoints.inUse()).as("no way back without a reason").isEqualTo(1);
    }

    @Test
    void head_standsStill_othersAreHeardInTurn() throws Exception {
        RpcEndpoints endpoints = endpoints(2);
        endpoints.requireNotLower(7);
        nanos += SECOND * 60;
        endpoints.requireNotLower(7);
        assertThat(endpoints.inUse()).as("within patience").isZero();

        nanos += 1;
        endpoints.requireNotLower(7);
        assertThat(endpoints.inUse()).isEqualTo(1);

        nanos += SECOND * 60;
        endpoints.requireNotLower(7);
        assertThat(endpoints.inUse()).as("as long for the next").isEqualTo(1);
        endpoints.requireNotLower(8);
        nanos += SECOND * 60;
        endpoints.requireNotLower(8);
        assertThat(endpoints.inUse()).as("its head has moved").isEqualTo(1);

        nanos += 1;
        endpoints.requireNotLower(8);
        assertThat(endpoints.inUse()).as("all in turn, if the chain stands").isZero();
    }

    @Test
    void head_standsStillAtTheOnlyNode_isLeftAsItIs() throws Exception {
        RpcEndpoints endpoints = endpoints(1);
        endpoints.requireNotLower(7);
        nanos += SECOND * 3600;
        endpoints.requireNotLower(7);

        assertThat(endpoints.switches()).isZero();
    }

    @Test
    void ask_tooManyRequests_isNoAnswerEvenWithABody() throws Exception {
        RpcEndpoints endpoints = endpoints(2);
        nodes.get(0).status = 429;

        assertThatThrownBy(() -> call(endpoints)).hasMessageContaining("HTTP 429");
        assertThat(endpoints.inUse()).isEqualTo(1);
    }

    @Test
    void ask_oneOddAnswer_isForgivenThreeAreNot() throws Exception {
        RpcEndpoints endpoints = endpoints(2);
        nodes.get(0).answer = "\"error\":{\"code\":-32000,\"message\":\"odd\"}";

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> call(endpoints)).isInstanceOf(RpcException.class);
        }
        assertThat(endpoints.inUse()).isZero();
        assertThatThrownBy(() -> call(endpoints)).isInstanceOf(RpcException.class);
        assertThat(endpoints.inUse()).isEqualTo(1);
    }

    @Test
    void ask_failuresLongAgo_areForgiven() throws Exception {
        RpcEndpoints endpoints = endpoints(2);
        nodes.get(0).answer = "\"error\":{\"code\":-32000,\"message\":\"odd\"}";
        assertThatThrownBy(() -> call(endpoints)).isInstanceOf(RpcException.class);
        assertThatThrownBy(() -> call(endpoints)).isInstanceOf(RpcException.class);
        nodes.get(0).answer = "\"result\":\"0x1\"";
        for (int i = 0; i < 200; i++) {
            call(endpoints);
        }
        nodes.get(0).answer = "\"error\":{\"code\":-32000,\"message\":\"odd\"}";
        assertThatThrownBy(() -> call(endpoints)).isInstanceOf(RpcException.class);
        assertThat(endpoints.inUse()).isZero();
    }

    /** Else a stream waited for ever at a node that refused eth_getLogs and answered all else. */
    @Test
    void ask_oneMethodFailsWhileOthersWork_isLeftAllTheSame() throws Exception {
        RpcEndpoints endpoints = endpoints(2);
        for (int i = 0; i < 3; i++) {
            nodes.get(0).answer = "\"result\":\"0x1\"";
            endpoints.call("eth_getBlockByNumber", node -> node.call("eth_getBlockByNumber"));
            nodes.get(0).answer = "\"error\":{\"code\":-32000,\"message\":\"unknown block\"}";
            assertThatThrownBy(
                            () -> endpoints.call("eth_getLogs", node -> node.call("eth_getLogs")))
                    .isInstanceOf(RpcException.class);
        }
        assertThat(endpoints.inUse()).as("its index is behind its head").isEqualTo(1);
    }

    @Test
    void ask_revertOrRangeTooWide_isNoReasonToLeave() throws Exception {
        RpcEndpoints endpoints = endpoints(2);
        nodes.get(0).answer = "\"error\":{\"code\":3,\"message\":\"execution reverted\"}";
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> endpoints.call("eth_call", node -> node.call("eth_call")))
                    .isInstanceOf(RpcException.class);
        }
        assertThat(endpoints.inUse()).isZero();
    }

    @Test
    void ask_nodeOfAnotherChain_isLeftAtOnce() throws Exception {
        RpcEndpoints endpoints = endpoints(2);
        call(endpoints);
        nodes.get(1).chainId = "0x9";
        nodes.get(0).status = 503;
        assertThatThrownBy(() -> call(endpoints)).isInstanceOf(RpcException.class);
        nodes.get(0).status = 200;

        assertThatThrownBy(() -> call(endpoints))
                .hasMessageContainingAll("0x9", "0x5", "correct chain.rpc.urls")
                .message()
                .doesNotContain("token");
        assertThat(endpoints.inUse()).isZero();
        call(endpoints);
    }

    @Test
    void ask_allDown_triesTheOneThatRestedLongest() throws Exception {
        RpcEndpoints endpoints = endpoints(2);
        nodes.forEach(node -> node.status = 503);
        for (int i = 0; i < 6; i++) {
            assertThatThrownBy(() -> call(endpoints)).isInstanceOf(RpcException.class);
            nanos += 1_000_000;
        }
        assertThat(nodes).as("both were tried").allMatch(node -> node.calls >= 2);
    }

    @Test
    void head_lowerThanSeen_isNotActedOnAndEndsInASwitch() throws Exception {
        RpcEndpoints endpoints = endpoints(2);
        endpoints.requireNotLower(100);
        endpoints.requireNotLower(100);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> endpoints.requireNotLower(99))
                    .hasMessageContainingAll("99", "100");
        }
        assertThat(endpoints.inUse()).isEqualTo(1);
        assertThatThrownBy(() -> endpoints.requireNotLower(99))
                .as("the mark holds for every node")
                .isInstanceOf(RpcException.class);
    }

    private RpcEndpoints endpoints(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            nodes.add(new Node());
        }
        return new RpcEndpoints(nodes.stream().map(Node::url).toList(), 5_000, () -> nanos);
    }

    private static void call(RpcEndpoints endpoints) throws RpcException {
        endpoints.call("eth_blockNumber", node -> node.call("eth_blockNumber"));
    }
}
