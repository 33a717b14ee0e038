package io.millrace.chain.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.chain.rpc.RpcException;
import io.millrace.testing.Anvil;
import io.millrace.testing.FaultChain;
import io.millrace.testing.proxy.Faults;
import java.util.List;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The event source on a chain that changes its mind: what money hears of is final, comes once, and
 * is never taken back. Numbers are rows of FAULTS.md.
 */
class SourceReorgFaultITCase {

    @RegisterExtension static final FaultChain CHAIN = new FaultChain();

    /** Row 10: an event in a block that is dropped before it was final is never emitted. */
    @Test
    void row10_reorganisedBelowFinality_onlyWhatStaysIsEmitted() throws Exception {
        FaultReader reader = reader();
        String dropped = reader.openAccount();
        reader.poll(3);
        assertThat(reader.state().window()).as("read ahead").isNotEmpty();

        CHAIN.call("anvil_reorg", 1, List.of());
        String kept = reader.openAccount();
        reader.poll(2);
        CHAIN.mine(6);
        reader.drain();

        assertThat(reader.owners()).containsExactly(kept).doesNotContain(dropped);
        assertThat(reader.metrics.reorganisations()).isEqualTo(1);
        reader.emittedExactlyOnce();
    }

    /** Row 10: the same while no source runs: the window in its state is checked at start. */
    @Test
    void row10_reorganisedWhileDown_foundAtStart() throws Exception {
        FaultReader reader = reader();
        reader.openAccount();
        reader.poll(3);
        assertThat(reader.state().window()).as("read ahead").isNotEmpty();

        CHAIN.call("anvil_reorg", 1, List.of());
        reader.restart();
        String kept = reader.openAccount();
        CHAIN.mine(6);
        reader.drain();

        assertThat(reader.owners()).containsExactly(kept);
        reader.emittedExactlyOnce();
    }

    /** Row 11: a transaction that moved to another block is emitted once, from there. */
    @Test
    void row11_reIncludedInAnotherBlock_emittedOnceFromThere() throws Exception {
        FaultReader reader = reader();
        String owner = reader.openAccount();
        String raw =
                CHAIN.query(
                                "eth_getRawTransactionByBlockNumberAndIndex",
                                HexQuantity.of(CHAIN.height()),
                                "0x0")
                        .asText();
        CHAIN.mine(1);
        reader.poll(3);

        CHAIN.call("anvil_reorg", 2, List.of(List.of(raw, 1)));
        CHAIN.mine(6);
        reader.drain();

        assertThat(reader.owners()).containsExactly(owner);
        reader.emittedExactlyOnce();
    }

    /** Row 12: a final block, whose events are in the books, is replaced: the job ends, named. */
    @Test
    void row12_reorganisedBeyondFinality_endsNamingTheBlock() throws Exception {
        FaultReader reader = reader();
        reader.openAccount();
        CHAIN.mine(6);
        reader.drain();
        assertThat(reader.events).hasSize(1);
        String known = reader.state().lastHash();

        CHAIN.call("anvil_reorg", 10, List.of());
        Throwable end = catchThrowable(() -> reader.poll(10));

        assertThat(end).as("no restart can help").isInstanceOf(SuppressRestartsException.class);
        assertThat(end)
                .rootCause()
                .isInstanceOf(FinalityViolatedException.class)
                .hasMessageContainingAll(known, "millrace recover");
        assertThat(reader.events).as("emitted from the other fork").hasSize(1);
    }

    /** Row 13: a node that lost blocks is not followed into the past. */
    @Test
    void row13_nodeRolledBack_waitsAndReadsWhatCameInstead() throws Exception {
        FaultReader reader = reader();
        reader.openAccount();
        reader.poll(3);
        int seen = reader.events.size();

        CHAIN.call("anvil_rollback", 1);
        reader.poll(3);
        assertThat(reader.events).hasSize(seen);
        assertThat(reader.metrics.rpcFailures()).isPositive();
        String kept = reader.openAccount();
        CHAIN.mine(8);
        reader.drain();

        assertThat(reader.owners()).containsExactly(kept);
        reader.emittedExactlyOnce();
    }

    /** Row 13: the final head goes back, by a lie on the way: nothing is emitted again. */
    @Test
    void row13_finalHeadLowered_nothingTwice() throws Exception {
        FaultReader reader = reader();
        reader.openAccount();
        CHAIN.mine(6);
        reader.drain();

        CHAIN.proxy()
                .on("eth_getBlockByNumber")
                .when(call -> call.text(0).equals("finalized") || call.text(0).equals("latest"))
                .times(6)
                .then(Faults.result(answer -> ((ObjectNode) answer).put("number", "0x2")));
        reader.poll(6);
        reader.openAccount();
        CHAIN.mine(6);
        reader.drain();

        assertThat(reader.events).hasSize(2);
        reader.emittedExactlyOnce();
    }

    /** Row 18: two nodes behind one address, one of which lags: each event once. */
    @Test
    void row18_nodesAlternateOldAndNew_eachEventOnce() throws Exception {
        FaultReader reader = reader();
        reader.openAccount();
        CHAIN.mine(6);
        reader.drain();
        try (Anvil laggard = CHAIN.laggingNode()) {
            reader.openAccount();
            CHAIN.mine(6);
            CHAIN.proxy()
                    .onAny()
                    .then(
                            Faults.alternate(
                                    List.of(
                                            Faults.pass(),
                                            CHAIN.proxy().answeredBy(laggard.url()))));
            reader.poll(12);
        }
        CHAIN.proxy().heal();
        reader.drain();

        assertThat(reader.events).hasSize(2);
        reader.emittedExactlyOnce();
    }

    private static FaultReader reader() throws RpcException {
        return new FaultReader(CHAIN, LogsCheck.BLOOM, 5_000, CHAIN.proxy().url());
    }
}
