package io.millrace.chain.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.chain.rpc.RpcException;
import io.millrace.testing.FaultChain;
import io.millrace.testing.LocalVault;
import io.millrace.testing.proxy.Fault;
import io.millrace.testing.proxy.Faults;
import io.millrace.testing.proxy.RpcCall;
import io.millrace.unit.Keccak;
import java.util.stream.Stream;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The event source with nodes that lie about logs, limit ranges, break off or follow another chain.
 * Numbers are rows of FAULTS.md.
 */
class SourceNodeFaultITCase {

    @RegisterExtension static final FaultChain CHAIN = new FaultChain();

    private static final long TIMEOUT_MILLIS = 10_000;

    /** Where no answer comes at all. */
    private static final long STALL_MILLIS = 400;

    /** Ways to answer eth_getLogs wrongly. */
    private enum Lie {
        EMPTY,
        TRUNCATED,
        DUPLICATED,
        OTHER_FORK,
        OTHER_BLOCK,
        REORDERED,
        NULL;

        Fault fault() {
            return this == NULL ? Faults.nothing() : Faults.result(this::misstate);
        }

        private JsonNode misstate(JsonNode truth) {
            ArrayNode logs = (ArrayNode) truth;
            boolean needsTwo = this == OTHER_BLOCK || this == REORDERED;
            if (logs.size() < (needsTwo ? 2 : 1)) {
                return logs;
            }
            ObjectNode last = (ObjectNode) logs.get(logs.size() - 1);
            switch (this) {
                case EMPTY -> logs.removeAll();
                case TRUNCATED -> logs.remove(logs.size() - 1);
                case DUPLICATED -> logs.add(last.deepCopy());
                case OTHER_FORK -> last.put("blockHash", "0x" + "77".repeat(32));
                case OTHER_BLOCK ->
                        last.put("blockNumber", logs.get(0).path("blockNumber").asText());
                case REORDERED -> logs.add(logs.remove(0));
                case NULL -> throw new IllegalStateException("null is told by the fault itself");
            }
            return logs;
        }
    }

    /** Row 19: a lie about logs is caught, the other node is heard, nothing is lost or doubled. */
    @ParameterizedTest
    @EnumSource(Lie.class)
    void row19_oneNodeLiesAboutLogs_otherNodeIsHeard(Lie lie) throws Exception {
        FaultReader reader = bothNodes(LogsCheck.BLOOM);
        threeAccounts(reader);
        CHAIN.proxy().on("eth_getLogs").then(lie.fault());

        reader.drain();

        reader.emittedExactlyOnce();
        assertThat(reader.metrics.rpcDisagreements() > 0)
                .as("an alarm to replace the node, which a null is not: it contradicts nothing")
                .isEqualTo(lie != Lie.NULL);
        assertThat(CHAIN.otherProxy().received("eth_getLogs")).isNotEmpty();
    }

    /** Row 19: every node hides the logs: blooms and receipts say so, and the stream waits. */
    @ParameterizedTest
    @EnumSource(names = {"BLOOM", "RECEIPTS"})
    void row19_everyNodeHidesLogs_waitsRatherThanLosing(LogsCheck check) throws Exception {
        FaultReader reader = bothNodes(check);
        threeAccounts(reader);
        CHAIN.proxy().on("eth_getLogs").then(Lie.EMPTY.fault());
        CHAIN.otherProxy().on("eth_getLogs").then(Lie.EMPTY.fault());

        reader.poll(8);
        assertThat(reader.state().nextBlock())
                .as("passed over blocks whose events are hidden")
                .isLessThan(CHAIN.finalHeight());
        CHAIN.proxy().heal();
        CHAIN.otherProxy().heal();
        reader.drain();

        assertThat(reader.events).hasSize(3);
        reader.emittedExactlyOnce();
    }

    /**
     * No fault: a log of the vault that the stream does not read. The alarm said "block 1418 has
     * other logs now that it is final than when it was new".
     */
    @Test
    void row19_logThatNobodyReads_isNoDisagreement() throws Exception {
        FaultReader reader = oneNode();
        reader.poll();
        CHAIN.withAutomine(
                () ->
                        CHAIN.local()
                                .vault
                                .grantRole(
                                        Keccak.hashUtf8("GUARDIAN_ROLE"),
                                        LocalVault.PROVIDER.address())
                                .send());
        reader.poll(2);

        CHAIN.mine(8);
        reader.drain();

        assertThat(reader.metrics.rpcDisagreements()).as("alarms without a fault").isZero();
        assertThat(reader.metrics.rpcFailures()).isZero();
    }

    /** Row 20: every provider's way to say "too wide" narrows the range, and leaves no gap. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "eth_getLogs is limited to a 3 range",
                "query exceeds max block range 3",
                "exceed maximum block range: 3",
                "Log response size exceeded. this block range should work: [0x0, 0x2]",
                "query returned more than 10000 results. Try with this block range [0x0, 0x2].",
                "block range is too wide",
                "query returned more than 10000 results",
                "logs matched by query exceeds limit of 10000",
                "backend response too large",
                "ranges over 3 blocks are not supported on freetier"
            })
    void row20_rangeLimit_splitWithoutAGap(String text) throws Exception {
        FaultReader reader = oneNode();
        threeAccounts(reader);
        CHAIN.proxy()
                .on("eth_getLogs")
                .when(call -> width(call) > 3)
                .then(Faults.error(-32602, text));

        reader.drain();

        assertThat(reader.events).hasSize(3);
        reader.emittedExactlyOnce();
    }

    /** Row 20: the same code for "I am behind": the range is not narrowed, another is asked. */
    @Test
    void row20_nodeBehindWithTheSameCode_otherNodeIsHeard() throws Exception {
        FaultReader reader = bothNodes(LogsCheck.BLOOM);
        threeAccounts(reader);
        CHAIN.proxy()
                .on("eth_getLogs")
                .then(Faults.error(-32602, "block range extends beyond current head block"));

        reader.drain();

        reader.emittedExactlyOnce();
        long widest = width(CHAIN.proxy().received("eth_getLogs").get(0));
        assertThat(CHAIN.proxy().received("eth_getLogs")).allMatch(query -> width(query) == widest);
    }

    static Stream<Arguments> brokenLines() {
        return Stream.of(
                Arguments.of("429", Faults.http(429, "slow down")),
                Arguments.of("502", Faults.http(502, "<html>bad gateway</html>")),
                Arguments.of("not JSON", Faults.http(200, "<html>welcome</html>")),
                Arguments.of("hang-up", Faults.disconnect()),
                Arguments.of("half a body", Faults.half()),
                Arguments.of("rate limit", Faults.error(-32005, "daily request count exceeded")));
    }

    /** Row 21: one line breaks: the other takes over and keeps the work, nothing is lost. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenLines")
    void row21_oneLineBreaks_otherTakesOverAndKeepsTheWork(String name, Fault fault)
            throws Exception {
        FaultReader reader = bothNodes(LogsCheck.BLOOM);
        reader.poll();
        threeAccounts(reader);
        CHAIN.proxy().onAny().then(fault);
        reader.drain();
        assertThat(reader.metrics.rpcFailures()).isPositive();

        CHAIN.proxy().heal();
        long switches = reader.switches();
        reader.openAccount();
        CHAIN.mine(6);
        reader.drain();

        assertThat(reader.events).hasSize(4);
        reader.emittedExactlyOnce();
        assertThat(reader.switches()).as("went back without a reason").isEqualTo(switches);
    }

    /** Row 21: no answer in time, then nobody listening anywhere, then all is well. */
    @Test
    void row21_everyLineDown_waitsAndCatchesUp() throws Exception {
        FaultReader reader = bothNodes(LogsCheck.BLOOM, STALL_MILLIS);
        reader.poll();
        threeAccounts(reader);
        CHAIN.proxy().onAny().then(CHAIN.proxy().stall(false));
        CHAIN.otherProxy().refuseConnections();
        reader.poll(4);
        assertThat(reader.events).isEmpty();

        CHAIN.proxy().heal();
        CHAIN.otherProxy().heal();
        reader.drain();

        assertThat(reader.events).hasSize(3);
        reader.emittedExactlyOnce();
    }

    /** Row 30: the node follows another chain: the job ends at the first poll. */
    @Test
    void row30_otherChain_endsAtTheFirstLook() throws Exception {
        FaultReader reader = oneNode();
        CHAIN.proxy()
                .on("eth_chainId")
                .then(Faults.result(answer -> JsonNodeFactory.instance.textNode("0x1")));

        Throwable end = catchThrowable(reader::poll);

        assertThat(end).isInstanceOf(SuppressRestartsException.class);
        assertThat(end).rootCause().hasMessageContainingAll("chain 1", "901", "correct");
    }

    private static void threeAccounts(FaultReader reader) throws Exception {
        reader.openAccount();
        reader.openAccount();
        reader.openAccount();
        CHAIN.mine(6);
    }

    private static FaultReader oneNode() throws RpcException {
        return new FaultReader(CHAIN, LogsCheck.BLOOM, TIMEOUT_MILLIS, CHAIN.proxy().url());
    }

    private static FaultReader bothNodes(LogsCheck check) throws RpcException {
        return bothNodes(check, TIMEOUT_MILLIS);
    }

    private static FaultReader bothNodes(LogsCheck check, long timeoutMillis) throws RpcException {
        return new FaultReader(
                CHAIN, check, timeoutMillis, CHAIN.proxy().url(), CHAIN.otherProxy().url());
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
