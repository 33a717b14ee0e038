package io.millrace.chain.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.chain.VaultEvent;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.testing.FaultChain;
import io.millrace.testing.proxy.BatchFault;
import io.millrace.testing.proxy.Fault;
import io.millrace.testing.proxy.Faults;
import io.millrace.testing.proxy.Reply;
import io.millrace.testing.proxy.RpcCall;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Limits of providers in words and forms that no table has: a stream that knew only some of them
 * stood still for good at the next provider. Numbers are rows of FAULTS.md.
 */
class NodeLimitsITCase {

    @RegisterExtension static final FaultChain CHAIN = new FaultChain();

    private static final long TIMEOUT_MILLIS = 10_000;

    static Stream<Arguments> limits() {
        return Stream.of(
                Arguments.of(3, Faults.error(-32005, "limit exceeded")),
                Arguments.of(1, Faults.error(-32000, "context deadline exceeded")),
                Arguments.of(7, Faults.error(-32099, "ask for less, please")),
                Arguments.of(2, Faults.error(0, "")),
                Arguments.of(1, Faults.error(-32603, "header not found for so long a span")),
                Arguments.of(3, Faults.error(-32016, "over rate limit of blocks per query")),
                Arguments.of(3, Faults.http(413, "<html>too much</html>")),
                Arguments.of(2, Faults.http(400, "{\"detail\":\"span\"}")),
                Arguments.of(3, Faults.http(504, "<html>gateway</html>")),
                Arguments.of(2, Faults.http(200, "{\"error\":\"span of blocks\"}")),
                Arguments.of(4, Faults.nothing()),
                Arguments.of(4, Faults.result(NodeLimitsITCase::cut)));
    }

    /** Row 20: whatever it says, a refused range is tried smaller by the stream. */
    @ParameterizedTest
    @MethodSource("limits")
    void row20_rangeRefusedInUnknownWords_streamGetsAcross(int widest, Fault refusal)
            throws Exception {
        FaultReader reader = reader(CHAIN.proxy().url());
        fourAccounts(reader);
        CHAIN.proxy().on("eth_getLogs").when(call -> width(call) > widest).then(refusal);

        reader.drain();

        assertThat(reader.events).hasSize(4);
        reader.emittedExactlyOnce();
    }

    /** Row 20: so does recover, which reads it all at once. */
    @ParameterizedTest
    @MethodSource("limits")
    void row20_rangeRefusedInUnknownWords_recoverReadsItAll(int widest, Fault refusal)
            throws Exception {
        FaultReader reader = reader(CHAIN.proxy().url());
        long from = CHAIN.height();
        fourAccounts(reader);
        CHAIN.proxy().on("eth_getLogs").when(call -> width(call) > widest).then(refusal);

        assertThat(recovered(from)).hasSize(4);
    }

    private static List<VaultEvent> recovered(long from) throws Exception {
        List<VaultEvent> events = new ArrayList<>();
        VaultEvents.between(
                JsonRpcEventChain.over(
                                CHAIN.local()
                                        .connection(List.of(CHAIN.proxy().url()), TIMEOUT_MILLIS))
                        .open(),
                LogsCheck.BLOOM,
                from,
                CHAIN.finalHeight(),
                1,
                events::add);
        return events;
    }

    /** Row 20: two nodes, the second with the narrower limit, in other words each. */
    @Test
    void row20_otherNodeHasNarrowerLimits_bothAreHeard() throws Exception {
        FaultReader reader = reader(CHAIN.proxy().url(), CHAIN.otherProxy().url());
        fourAccounts(reader);
        CHAIN.proxy()
                .on("eth_getLogs")
                .when(call -> width(call) > 6)
                .then(Faults.error(-32000, "six"));
        CHAIN.otherProxy()
                .on("eth_getLogs")
                .when(call -> width(call) > 2)
                .then(Faults.error(-32001, "two"));

        reader.drain();

        reader.emittedExactlyOnce();
        assertThat(reader.switches()).as("a limit is no fault of the node").isZero();
        assertThat(CHAIN.otherProxy().forwarded("eth_getLogs")).isNotEmpty();
    }

    static Stream<Arguments> silences() {
        return Stream.of(
                Arguments.of(2, Faults.http(403, "<html>denied</html>")),
                Arguments.of(1, Faults.http(200, "{\"detail\":\"plan\"}")),
                Arguments.of(1, Faults.error(3, "zu viel")),
                Arguments.of(2, Faults.disconnect()),
                Arguments.of(2, Faults.half()));
    }

    /** Row 20: in the form of a fault: a page, a connection that ends, the code of a revert. */
    @ParameterizedTest
    @MethodSource("silences")
    void row20_rangeRefusedAsAFaultWouldBe_bothGetAcross(int widest, Fault refusal)
            throws Exception {
        FaultReader reader = reader(CHAIN.proxy().url());
        long from = CHAIN.height();
        fourAccounts(reader);
        CHAIN.proxy().on("eth_getLogs").when(call -> width(call) > widest).then(refusal);

        reader.drain();

        reader.emittedExactlyOnce();
        assertThat(reader.metrics.rpcDisagreements()).as("it contradicts nothing").isZero();
        assertThat(recovered(from)).hasSize(4);
    }

    /** Row 13: a chain without such tags: what to do about it is said by source and submitter. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void row13_tagOfFinalBlocksUnknown_saysWhatToDo(boolean refused) throws Exception {
        CHAIN.proxy()
                .on("eth_getBlockByNumber")
                .when(call -> call.text(0).equals("finalized"))
                .then(refused ? Faults.error(-32602, "nix") : Faults.nothing());
        L2Connection connection = CHAIN.connection(TIMEOUT_MILLIS);

        assertThatThrownBy(() -> JsonRpcEventChain.over(connection).open().finalHead())
                .hasMessageContainingAll("\"finalized\"", "chain.finality", "chain.rpc.urls");
    }

    /** Row 20: one block alone refused is no matter of width, and says so with the node's words. */
    @Test
    void row20_oneBlockRefused_isAnErrorOfItsOwn() throws Exception {
        FaultReader reader = reader(CHAIN.proxy().url());
        fourAccounts(reader);
        long from = CHAIN.finalHeight() - 2;
        CHAIN.proxy().on("eth_getLogs").then(Faults.error(-32000, "archive plan wanted"));
        EventChain chain =
                JsonRpcEventChain.over(
                                CHAIN.local()
                                        .connection(List.of(CHAIN.proxy().url()), TIMEOUT_MILLIS))
                        .open();

        assertThatThrownBy(
                        () ->
                                VaultEvents.between(
                                        chain,
                                        LogsCheck.BLOOM,
                                        from,
                                        CHAIN.finalHeight(),
                                        1,
                                        event -> {}))
                .hasMessageContainingAll(
                        "block " + from + " alone", "archive plan wanted", "chain.rpc.urls");
    }

    static Stream<Arguments> batchLimits() {
        return Stream.of(
                Arguments.of("25 of 100 answered", BatchFault.leavingAway(25)),
                Arguments.of("3 answered", BatchFault.leavingAway(3)),
                Arguments.of("each over 40 refused", BatchFault.refusingEach(40, "quota")),
                Arguments.of(
                        "whole batch refused",
                        BatchFault.refusing(10, BatchFault.error("so many"))),
                Arguments.of("none at all", BatchFault.refusing(0, BatchFault.error("no arrays"))),
                Arguments.of("413", BatchFault.refusing(30, new Reply.Plain(413, "too large"))),
                Arguments.of("429", BatchFault.refusing(30, new Reply.Plain(429, "slower"))));
    }

    /** Row 20: a batch answered in part is kept, the rest asked for in shorter ones. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("batchLimits")
    void row20_batchCutShort_headersAreReadAllTheSame(String name, BatchFault fault)
            throws Exception {
        FaultReader reader = reader(CHAIN.proxy().url());
        fourAccounts(reader);
        CHAIN.mine(150);
        CHAIN.proxy().onBatches(fault);

        reader.drain();

        reader.emittedExactlyOnce();
        assertThat(CHAIN.proxy().received("eth_getBlockByNumber"))
                .as("what came was thrown away")
                .hasSizeLessThan(800);
    }

    /** Row 20: too fast, in words and measures of its own, whatever is asked. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 7})
    void row20_everyFewCallsRefused_allIsReadAllTheSame(int every) throws Exception {
        FaultReader reader = reader(CHAIN.proxy().url());
        long from = CHAIN.height();
        fourAccounts(reader);
        AtomicInteger calls = new AtomicInteger();
        CHAIN.proxy()
                .onAny()
                .when(call -> calls.incrementAndGet() % every == 0)
                .then(Faults.error(-32099, "not so fast"));

        reader.drain();

        reader.emittedExactlyOnce();
        assertThat(recovered(from)).hasSize(4);
    }

    private static JsonNode cut(JsonNode truth) {
        ArrayNode logs = (ArrayNode) truth;
        while (logs.size() > 1) {
            logs.remove(logs.size() - 1);
        }
        return logs;
    }

    private static void fourAccounts(FaultReader reader) throws Exception {
        for (int i = 0; i < 4; i++) {
            reader.openAccount();
        }
        CHAIN.mine(8);
    }

    private static FaultReader reader(String... urls) throws Exception {
        return new FaultReader(CHAIN, LogsCheck.BLOOM, TIMEOUT_MILLIS, urls);
    }

    private static long width(RpcCall call) {
        JsonNode filter = call.params().path(0);
        return filter.has("blockHash")
                ? 1
                : Long.decode(filter.path("toBlock").asText())
                        - Long.decode(filter.path("fromBlock").asText())
                        + 1;
    }
}
