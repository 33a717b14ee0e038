package io.millrace.chain.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No answer is ever mistaken for an answer. */
class JsonRpcTest {

    private HttpServer server;
    private JsonRpc rpc;
    private int status = 200;
    private String body = "";
    private volatile boolean packed;
    private volatile Map<String, String> headers = Map.of();

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    if (packed) {
                        ByteArrayOutputStream out = new ByteArrayOutputStream();
                        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                            gzip.write(bytes);
                        }
                        bytes = out.toByteArray();
                        exchange.getResponseHeaders().set("Content-Encoding", "gzip");
                    }
                    headers.forEach(exchange.getResponseHeaders()::set);
                    exchange.sendResponseHeaders(status, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        rpc =
                new JsonRpc(
                        URI.create(
                                "http://127.0.0.1:"
                                        + server.getAddress().getPort()
                                        + "/secret-token"),
                        Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void call_result_isReturned() throws Exception {
        body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x5\"}";

        assertThat(rpc.call("eth_chainId").asText()).isEqualTo("0x5");
    }

    /** Asked for or not: something before a node may pack what it passes on. */
    @Test
    void call_resultThatIsPacked_isUnpackedWithinTheBound() throws Exception {
        packed = true;
        body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x5\"}";
        assertThat(rpc.call("eth_chainId").asText()).isEqualTo("0x5");

        body = " ".repeat((32 << 20) + 1);
        assertThat(failure()).hasMessageContaining("when unpacked");
    }

    @Test
    void call_null_isEmptyOrAnErrorButNeverAValue() throws Exception {
        body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}";
        assertThat(rpc.callNullable("eth_getTransactionReceipt", "0x1")).isEmpty();

        body = "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":null}";
        assertThat(failure().kind()).isEqualTo(RpcErrorKind.UNREACHABLE);
    }

    /** It counted as a contradiction of the node's, which is an alarm to replace the node. */
    @Test
    void call_neitherResultNorError_isNoAnswerWithTheNodesWords() {
        body = "{\"detail\":\"credits are used up\"}";

        RpcException e = failure();

        assertThat(e.kind()).isEqualTo(RpcErrorKind.UNREACHABLE);
        assertThat(e.words()).contains("credits are used up");
    }

    @Test
    void call_revert_keepsItsData() {
        body =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":3,\"message\":\"execution"
                        + " reverted\",\"data\":\"0x12345678\"}}";

        RpcException e = catchThrowableOfType(RpcException.class, () -> rpc.call("eth_call", "0x"));

        assertThat(e.isRevert()).isTrue();
        assertThat(e.data()).isEqualTo("0x12345678");
    }

    @Test
    void call_answerToAnotherRequest_isInvalid() {
        body = "{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":\"0x5\"}";

        assertThat(failure().kind()).isEqualTo(RpcErrorKind.INVALID);
    }

    @Test
    void call_gatewayError_isUnreachableAndHidesTheToken() {
        status = 502;
        body = "<html>bad gateway</html>";

        RpcException e = failure();

        assertThat(e.kind()).isEqualTo(RpcErrorKind.UNREACHABLE);
        assertThat(e).hasMessageContaining("HTTP 502").message().doesNotContain("secret-token");
    }

    @Test
    void call_toBeAskedLater_saysHowMuch() {
        status = 429;
        headers = Map.of("Retry-After", "7");

        assertThat(failure().laterMillis()).isEqualTo(7_000);
        assertThat(failure().waitMillis(500, 9, 30_000))
                .as("of a limiter that says so, however often")
                .isEqualTo(7_000);
        headers = Map.of();
        assertThat(failure().waitMillis(500, 3, 30_000)).isEqualTo(2_000);
        assertThat(failure().waitMillis(500, 40, 30_000)).isEqualTo(30_000);
    }

    @Test
    void call_answerLongerThanTheBound_isCutOff() {
        body = "x".repeat((32 << 20) + 1);

        assertThat(failure()).hasMessageContaining("longer than 33554432 bytes");
    }

    @Test
    void batch_answers_areSortedByIdAndWhatIsMissingIsSaid() throws Exception {
        body = "[{\"id\":2,\"result\":null},{\"id\":1,\"result\":\"0x5\"}]";
        List<Object[]> two = List.of(new Object[] {"0x1"}, new Object[] {"0x2"});
        BatchAnswers answers = rpc.batch("eth_getBlockByNumber", two);
        assertThat(answers.results().toString()).isEqualTo("{0=\"0x5\"}");
        assertThat(answers.missing()).hasMessageContaining("null");

        body = "[{\"id\":3,\"result\":\"0x5\"}]";
        answers = rpc.batch("eth_getBlockByNumber", two);
        assertThat(answers.results()).as("what came is kept").containsOnlyKeys(0);
        assertThat(answers.missing()).hasMessageContaining("no result for request 4");
        body = "{\"id\":null,\"error\":{\"code\":-32600,\"message\":\"no batches here\"}}";
        answers = rpc.batch("eth_getBlockByNumber", two);
        assertThat(answers.results()).isEmpty();
        assertThat(answers.missing()).hasMessageContaining("no batches here");
    }

    @Test
    void call_refusedInOtherForms_isARefusal() {
        body = "{\"id\":1,\"error\":\"mehr als erlaubt\"}";
        assertThat(failure().kind()).isEqualTo(RpcErrorKind.REFUSED);
        assertThat(failure().words()).contains("mehr als erlaubt");
    }

    @Test
    void quantity_otherForms_areRefused() {
        for (String text : new String[] {"", "5", "0x", "0x05", "0xg", "0x" + "f".repeat(65)}) {
            assertThatThrownBy(() -> HexQuantity.parse(text))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private RpcException failure() {
        return catchThrowableOfType(RpcException.class, () -> rpc.call("eth_chainId"));
    }
}
