package io.millrace.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.millrace.testing.proxy.RpcFault;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The event source on a real node that fails, lies, lags and forks. The oracle is what another
 * client, web3j's, did to the vault, and what an honest reading of the settled chain gives: each of
 * those events exactly once, in order, whatever happened on the way.
 */
class SourceFaultITCase extends SourceRig {

    private static final String GET_LOGS = "eth_getLogs";
    private static final String GET_BLOCK = "eth_getBlockByNumber";

    @Test
    void source_reorgBelowFinality_emitsOnlyWhatStays() throws Exception {
        VaultSplitReader reader = reader(first);
        drain(reader);
        String dropped = openAccount();
        readAhead(reader);

        anvil.reorganise(1);
        String kept = openAccount();
        anvil.mine(6);
        drain(reader);

        assertThat(metrics.reorganisations()).isEqualTo(1);
        assertThat(owners()).contains(kept).doesNotContain(dropped);
        assertExactlyOnce();
    }

    @Test
    void source_reorgWhileDown_isFoundInTheRestoredWindow() throws Exception {
        VaultSplitReader before = reader(first);
        drain(before);
        String dropped = openAccount();
        readAhead(before);

        anvil.reorganise(1);
        VaultSplitReader after = reader(first);
        anvil.mine(6);
        drain(after);

        assertThat(owners()).doesNotContain(dropped);
        assertExactlyOnce();
    }

    @Test
    void source_transactionMovesToAnotherBlock_isEmittedOnce() throws Exception {
        VaultSplitReader reader = reader(first);
        drain(reader);
        String owner = openAccount();
        anvil.mine(1);
        readAhead(reader);
        String raw = rawTransactionOf(blockOf(owner));

        anvil.reorganiseWith(2, raw);
        anvil.mine(6);
        drain(reader);

        assertThat(owners()).containsOnlyOnce(owner);
        assertExactlyOnce();
    }

    @Test
    void source_reorgBeyondFinality_stopsNamingBothHashes() throws Exception {
        anvil.mine(6);
        VaultSplitReader reader = reader(first);
        drain(reader);
        String known = state.lastHash();

        anvil.reorganise(8);

        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 4; i++) {
                                look(reader);
                            }
                        })
                .isInstanceOf(SuppressRestartsException.class)
                .rootCause()
                .isInstanceOf(FinalityViolatedException.class)
                .hasMessageContainingAll(known, "millrace recover");
    }

    @Test
    void source_headGoesBack_waitsAndReadsWhatCameInstead() throws Exception {
        VaultSplitReader reader = reader(first);
        drain(reader);
        String dropped = openAccount();
        readAhead(reader);

        anvil.call("anvil_rollback", 1);
        int seen = events.size();
        look(reader);
        assertThat(events).as("no action on a head that went back").hasSize(seen);
        assertThat(metrics.rpcFailures()).isPositive();
        anvil.mine(8);
        drain(reader);

        assertThat(owners()).doesNotContain(dropped);
        assertExactlyOnce();
    }

    @Test
    void source_nodeAlternatesBetweenOldAndNew_emitsEachOnce() throws Exception {
        VaultSplitReader reader = reader(first);
        drain(reader);
        first.on(GET_BLOCK)
                .where(params -> params.get(0).asText().matches("latest|finalized"))
                .every(2)
                .then(RpcFault.block("0x5"));

        for (int i = 0; i < 3; i++) {
            openAccount();
            anvil.mine(6);
            drain(reader);
        }

        assertExactlyOnce();
        assertThat(metrics.rpcFailures()).as("the old head was shown").isPositive();
    }

    private enum Lie {
        EMPTY,
        TRUNCATED,
        DUPLICATED,
        OTHER_FORK,
        REORDERED,
        NULL;

        JsonNode tell(JsonNode truth) {
            if (this == NULL) {
                return NullNode.getInstance();
            }
            ArrayNode logs = (ArrayNode) truth;
            if (logs.size() < 2) {
                return logs;
            }
            switch (this) {
                case EMPTY -> logs.removeAll();
                case TRUNCATED -> logs.remove(logs.size() - 1);
                case DUPLICATED -> logs.insert(1, logs.get(0).deepCopy());
                case OTHER_FORK ->
                        ((ObjectNode) logs.get(1)).put("blockHash", "0x" + "77".repeat(32));
                case REORDERED -> logs.add(logs.remove(0));
                case NULL -> throw new IllegalStateException("told above");
            }
            return logs;
        }
    }

    @ParameterizedTest
    @EnumSource(Lie.class)
    void source_lyingLogs_nothingIsLostOrDoubled(Lie lie) throws Exception {
        first.on(GET_LOGS).then(RpcFault.result(lie::tell));

        drain(reader(first, second));

        assertExactlyOnce();
        assertThat(metrics.rpcDisagreements()).isPositive();
        assertThat(second.calls(GET_LOGS)).as("the other node took over").isNotEmpty();
    }

    @Test
    void source_logsHiddenByEveryNode_waitsRatherThanEmitting() throws Exception {
        first.on(GET_LOGS).then(RpcFault.result(Lie.EMPTY::tell));
        second.on(GET_LOGS).then(RpcFault.result(Lie.EMPTY::tell));
        VaultSplitReader reader = reader(first, second);
        for (int i = 0; i < 6; i++) {
            look(reader);
        }
        assertThat(events).as("both agree, but the receipts say otherwise").isEmpty();

        first.heal();
        second.heal();
        drain(reader);
        assertExactlyOnce();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eth_getLogs is limited to a 7 range",
                "query exceeds max block range 7",
                "exceed maximum block range: 7",
                "Log response size exceeded. this block range should work: [0x0, 0x6]",
                "query returned more than 10000 results. Try with this block range [0x0, 0x6].",
                "block range is too wide",
                "query returned more than 10000 results"
            })
    void source_rangeLimits_areSplitWithoutAGap(String text) throws Exception {
        first.on(GET_LOGS)
                .where(params -> width(params.get(0)) > 7)
                .then(RpcFault.error(-32602, text));

        drain(reader(first));

        assertExactlyOnce();
        assertThat(metrics.rpcFailures()).as("a limit is no failure").isZero();
    }

    @Test
    void source_nodeBehindRefusesTheRange_otherNodeIsHeard() throws Exception {
        first.on(GET_LOGS)
                .then(RpcFault.error(-32602, "block range extends beyond current head block"));

        drain(reader(first, second));

        assertExactlyOnce();
        assertThat(first.calls(GET_LOGS))
                .as("the range is not narrowed")
                .allMatch(it -> width(it.get(0)) == width(first.calls(GET_LOGS).get(0).get(0)));
    }

    private enum Broken {
        TOO_MANY_REQUESTS,
        BAD_GATEWAY,
        RESET,
        HALF_BODY,
        STALLED_BODY,
        LATE;

        RpcFault fault() {
            return switch (this) {
                case TOO_MANY_REQUESTS -> RpcFault.status(429);
                case BAD_GATEWAY -> RpcFault.status(502);
                case RESET -> RpcFault.refuse();
                case HALF_BODY -> RpcFault.halfBody();
                case STALLED_BODY -> RpcFault.stalledBody();
                case LATE -> RpcFault.delay(1_500);
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Broken.class)
    void source_brokenTransport_otherNodeTakesOver(Broken broken) throws Exception {
        VaultSplitReader reader = reader(first, second);
        first.on("*").after(3).then(broken.fault());

        drain(reader);

        assertExactlyOnce();
        assertThat(metrics.rpcFailures()).isPositive();
    }

    @Test
    void source_everyNodeDown_waitsAndCatchesUpInOrder() throws Exception {
        VaultSplitReader reader = reader(first, second);
        drain(reader);
        first.on("*").then(RpcFault.refuse());
        second.on("*").then(RpcFault.refuse());
        String meanwhile = openAccount();
        anvil.mine(6);
        for (int i = 0; i < 4; i++) {
            look(reader);
        }
        assertThat(owners()).doesNotContain(meanwhile);

        first.heal();
        second.heal();
        drain(reader);
        assertThat(owners()).contains(meanwhile);
        assertExactlyOnce();
    }

    @Test
    void source_nodeOfAnotherChain_endsTheJobAtTheFirstLook() throws Exception {
        first.on("eth_chainId").then(RpcFault.result(it -> new TextNode("0x1")));
        VaultSplitReader reader = reader(first);

        assertThatThrownBy(() -> look(reader))
                .isInstanceOf(SuppressRestartsException.class)
                .rootCause()
                .hasMessageContainingAll("chain 1", "correct the endpoint");
    }

    private static long width(JsonNode filter) {
        return filter.has("blockHash")
                ? 1
                : Long.decode(filter.get("toBlock").asText())
                        - Long.decode(filter.get("fromBlock").asText())
                        + 1;
    }
}
