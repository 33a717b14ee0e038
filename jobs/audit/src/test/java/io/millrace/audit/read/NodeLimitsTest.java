package io.millrace.audit.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A node with limits in words of its own: the audit ended there, and proved nothing. */
class NodeLimitsTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long LAST = 5_000;

    private HttpServer node;
    private long widest = Long.MAX_VALUE;
    private int longestBatch = Integer.MAX_VALUE;
    private int status = 200;
    private String refusal = "";
    private boolean cutsBatches;
    private int everyOtherRefusals;
    private int refusedInARow;
    private long head = LAST;
    private boolean mixesBatches = true;
    private String logs = "";
    private boolean packs;
    private String laterSeconds = "";

    @BeforeEach
    void listen() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/", this::serve);
        node.start();
    }

    @AfterEach
    void stop() {
        node.stop(0);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(
                        700,
                        200,
                        "{\"id\":0,\"error\":{\"code\":-32005,\"message\":\"limit exceeded\"}}"),
                Arguments.of(
                        1, 200, "{\"id\":0,\"error\":{\"code\":-1,\"message\":\"ask for less\"}}"),
                Arguments.of(64, 200, "{\"error\":\"context deadline exceeded\"}"),
                Arguments.of(300, 400, "{\"detail\":\"span\"}"),
                Arguments.of(300, 413, "<html>too much</html>"),
                Arguments.of(900, 200, "{\"id\":0,\"result\":null}"),
                Arguments.of(64, 504, "<html>too long</html>"),
                Arguments.of(3, 0, ""));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void logs_rangeRefusedInAnyWords_allBlocksAreRead(long limit, int code, String words)
            throws IOException {
        widest = limit;
        status = code;
        refusal = words;
        LogRanges ranges = new LogRanges(rpc(), List.of("0xab"));
        List<Long> blocks = new ArrayList<>();

        long last = limit < 10 ? 40 : LAST;
        for (long from = 3; from <= last; from = ranges.next()) {
            ranges.logs(from, last).forEach(log -> blocks.add(log.path("blockNumber").asLong()));
        }

        assertThat(blocks)
                .as("blocks whose logs were read")
                .containsExactlyElementsOf(LongStream.rangeClosed(3, last).boxed().toList());
    }

    /** What is no list is no "nothing": a loop over it would find no log, and go on. */
    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "{}", "\"0x\"", "0", "null", "{\"logs\":[]}"})
    void logs_thatAreNoList_refused(String nonsense) {
        logs = nonsense;

        assertThatThrownBy(() -> new LogRanges(rpc(), List.of("0xab")).logs(3, 3))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("block 3 alone", "another node");
    }

    /** One of the nodes behind an address lags: of blocks that it does not have it has no logs. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void logs_ofANodeThatIsBehind_notBelieved(boolean batches) throws IOException {
        mixesBatches = batches;
        head = 90;
        LogRanges ranges = new LogRanges(rpc(), List.of("0xab"));

        assertThatThrownBy(() -> ranges.logs(80, 100))
                .hasMessageContaining("does not have block 100");

        head = 100;
        List<Long> blocks = new ArrayList<>();
        for (long from = 80; from <= 100; from = ranges.next()) {
            ranges.logs(from, 100).forEach(log -> blocks.add(log.path("blockNumber").asLong()));
        }
        assertThat(blocks)
                .containsExactlyElementsOf(LongStream.rangeClosed(80, 100).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "\"\"", "\"0x\"", "\"0xg\"", "{}", "\"-0x1\""})
    void quantity_thatIsNone_refusedWithWhatItIs(String text) throws IOException {
        JsonNode node = MAPPER.readTree(text);

        assertThatThrownBy(() -> JsonRpc.quantity(node))
                .isInstanceOf(JsonRpc.RefusedException.class)
                .hasMessageContaining(text);
        assertThat(JsonRpc.quantity(MAPPER.readTree("\"0x1F\""))).isEqualTo(31);
    }

    @Test
    void node_thatPacksItsAnswersUnasked_isRead() throws IOException {
        packs = true;

        assertThat(rpc().call("echo", 7).asLong()).isEqualTo(7);
        assertThat(rpc().callAll("echo", List.of(List.of(8), List.of(9))))
                .extracting(JsonNode::asLong)
                .containsExactly(8L, 9L);
    }

    @Test
    void logs_oneBlockRefused_saysSoWithTheNodesWords() {
        widest = 0;
        refusal = "{\"id\":0,\"error\":{\"code\":-1,\"message\":\"archive plan wanted\"}}";

        assertThatThrownBy(() -> new LogRanges(rpc(), List.of("0xab")).logs(3, LAST))
                .hasMessageContainingAll("block 3 alone", "archive plan wanted", "another node");
    }

    @ParameterizedTest
    @MethodSource("batches")
    void callAll_batchCutShort_everyAnswerComesInItsPlace(int most, boolean cut, int code)
            throws IOException {
        longestBatch = most;
        cutsBatches = cut;
        status = code;
        refusal = "{\"error\":{\"code\":-7,\"message\":\"so many\"}}";
        List<List<Object>> params = new ArrayList<>();
        LongStream.range(0, 250).forEach(number -> params.add(List.of(number)));

        List<JsonNode> results = rpc().callAll("echo", params);

        assertThat(results.stream().map(JsonNode::asLong))
                .containsExactlyElementsOf(LongStream.range(0, 250).boxed().toList());
    }

    static Stream<Arguments> batches() {
        return Stream.of(
                Arguments.of(25, true, 200),
                Arguments.of(7, true, 200),
                Arguments.of(30, false, 200),
                Arguments.of(0, false, 200),
                Arguments.of(30, false, 429),
                Arguments.of(2, false, 504));
    }

    /** Too fast, in words of its own: of each call three are refused before one is answered. */
    @ParameterizedTest
    @MethodSource("tooFast")
    void node_thatRefusesForAWhile_isAskedAgain(int code, String words) throws IOException {
        status = code;
        refusal = words;
        everyOtherRefusals = 3;
        JsonRpc rpc = rpc();
        LogRanges ranges = new LogRanges(rpc, List.of("0xab"));
        List<Long> blocks = new ArrayList<>();

        for (long from = 3; from <= 12; from = ranges.next()) {
            ranges.logs(from, 12).forEach(log -> blocks.add(log.path("blockNumber").asLong()));
        }

        assertThat(blocks)
                .containsExactlyElementsOf(LongStream.rangeClosed(3, 12).boxed().toList());
        assertThat(rpc.call("echo", 7).asLong()).isEqualTo(7);
        assertThat(rpc.callAll("echo", List.of(List.of(8), List.of(9))))
                .extracting(JsonNode::asLong)
                .containsExactly(8L, 9L);
    }

    static Stream<Arguments> tooFast() {
        return Stream.of(
                Arguments.of(
                        200, "{\"id\":0,\"error\":{\"code\":-32099,\"message\":\"not so fast\"}}"),
                Arguments.of(200, "{\"error\":\"credits of this second are used up\"}"),
                Arguments.of(403, "<html>quota</html>"),
                Arguments.of(429, "{\"message\":\"later\"}"),
                Arguments.of(500, "oops"));
    }

    /** A limiter of a minute outlasted the audit, which had given up after 13 s. */
    @Test
    void node_thatSaysHowMuchLater_isAskedNoSooner() throws IOException {
        status = 429;
        refusal = "{}";
        laterSeconds = "1";
        everyOtherRefusals = 1;
        long before = System.nanoTime();

        assertThat(rpc().call("echo", 7).asLong()).isEqualTo(7);
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(1_000_000_000);
    }

    /** The address of a hosted node holds the token that pays for it. */
    @Test
    void refusal_ofANodeWithAToken_namesItsHostOnly() {
        widest = 0;
        refusal = "{\"id\":0,\"error\":{\"code\":-1,\"message\":\"no\"}}";

        assertThatThrownBy(
                        () ->
                                new LogRanges(
                                                new JsonRpc(url() + "/v2/s3cr3t?key=t0ken", 1),
                                                List.of("0xab"))
                                        .logs(3, 4))
                .hasMessageContaining("127.0.0.1:" + node.getAddress().getPort())
                .hasMessageNotContainingAny("s3cr3t", "t0ken");
    }

    private JsonRpc rpc() {
        return new JsonRpc(url(), 1);
    }

    private String url() {
        return "http://127.0.0.1:" + node.getAddress().getPort();
    }

    private void serve(HttpExchange exchange) throws IOException {
        JsonNode request = MAPPER.readTree(exchange.getRequestBody());
        boolean refused = isRefused(request);
        if (refused && status == 0) {
            exchange.close(); // without a word
            return;
        }
        String body = refused ? refusal : answer(request).toString();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        if (packs) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                gzip.write(bytes);
            }
            bytes = out.toByteArray();
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
        }
        if (!laterSeconds.isEmpty()) {
            exchange.getResponseHeaders().set("Retry-After", laterSeconds);
        }
        exchange.sendResponseHeaders(refused ? status : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private boolean isRefused(JsonNode request) {
        if (everyOtherRefusals > 0) {
            refusedInARow = (refusedInARow + 1) % (everyOtherRefusals + 1);
            return refusedInARow != 0;
        }
        if (request.isArray()) {
            if (!mixesBatches
                    && !request.path(0).path("method").equals(request.path(1).path("method"))) {
                return true;
            }
            for (JsonNode each : request) {
                if (isTooWide(each)) {
                    return true;
                }
            }
            return !cutsBatches && request.size() > longestBatch;
        }
        return isTooWide(request);
    }

    private boolean isTooWide(JsonNode request) {
        JsonNode filter = request.path("params").path(0);
        return filter.has("toBlock")
                && Long.decode(filter.path("toBlock").asText())
                                - Long.decode(filter.path("fromBlock").asText())
                        >= widest;
    }

    private JsonNode answer(JsonNode request) throws IOException {
        if (request.isArray()) {
            ArrayNode answers = MAPPER.createArrayNode();
            for (JsonNode each : request) {
                if (answers.size() < longestBatch) {
                    answers.add(answer(each));
                }
            }
            return answers;
        }
        ObjectNode answer = MAPPER.createObjectNode();
        answer.set("id", request.path("id"));
        JsonNode filter = request.path("params").path(0);
        if (filter.has("toBlock") && !logs.isEmpty()) {
            answer.set("result", MAPPER.readTree(logs));
        } else if (filter.has("toBlock")) {
            ArrayNode found = answer.putArray("result");
            LongStream.rangeClosed(
                            Long.decode(filter.path("fromBlock").asText()),
                            Math.min(head, Long.decode(filter.path("toBlock").asText())))
                    .forEach(number -> found.addObject().put("blockNumber", number));
        } else if (request.path("method").asText().equals("eth_getBlockByNumber")) {
            boolean has = Long.decode(filter.asText()) <= head;
            answer.set("result", has ? MAPPER.createObjectNode() : MAPPER.nullNode());
        } else {
            answer.set("result", filter);
        }
        return answer;
    }
}
