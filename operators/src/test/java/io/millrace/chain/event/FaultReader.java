package io.millrace.chain.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.chain.EventPlace;
import io.millrace.chain.VaultEvent;
import io.millrace.chain.event.FinalRangeReader.Step;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.chain.rpc.RpcException;
import io.millrace.testing.Anvil;
import io.millrace.testing.FaultChain;
import io.millrace.testing.LocalVault;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;

/**
 * The event source's fetcher on a real chain, from the block in which the test begins, with its
 * checkpointed state and a restart. What it emitted is compared with the logs that the node itself
 * has in its final blocks.
 */
final class FaultReader {

    private static final String ACCOUNT_OPENED =
            Hex.encode(Keccak.hashUtf8("EarningAccountOpened(uint32,address)"));
    private static final int MAX_POLLS = 100;
    private static int newcomers;

    /** An event where it stood. */
    record Seen(long block, int logIndex, String transaction) {

        static Seen of(VaultEvent.ContractEvent event) {
            EventPlace place = event.place();
            return new Seen(place.block(), place.logIndex(), place.transaction());
        }
    }

    final SourceMetrics metrics = new SourceMetrics();
    final List<VaultEvent.ContractEvent> events = new ArrayList<>();

    private final FaultChain chain;
    private final long firstBlock;
    private final LogsCheck check;
    private final List<String> urls;
    private final long timeoutMillis;
    private VaultSplit state;
    private VaultSplitReader reader;
    private EventChain opened;

    /** Of the nodes at {@code urls}, in order of preference. */
    FaultReader(FaultChain chain, LogsCheck check, long timeoutMillis, String... urls)
            throws RpcException {
        this.chain = chain;
        this.check = check;
        this.timeoutMillis = timeoutMillis;
        this.urls = List.of(urls);
        this.firstBlock = chain.height();
        this.state = VaultSplit.from(firstBlock);
        this.opened = connect();
        this.reader = open(opened);
    }

    private EventChain connect() {
        return JsonRpcEventChain.over(chain.local().connection(urls, timeoutMillis)).open();
    }

    private VaultSplitReader open(EventChain node) {
        VaultSplitReader made =
                new VaultSplitReader(
                        node,
                        new SourceOptions(Anvil.CHAIN_ID, firstBlock, 5, 20, check, 45_000),
                        metrics);
        made.handleSplitsChanges(new SplitsAddition<>(List.of(state)));
        return made;
    }

    /** A new process with the state of the last one. */
    void restart() {
        opened = connect();
        reader = open(opened);
    }

    /** How often another node came into use. */
    long switches() {
        return opened.switches();
    }

    VaultSplit state() {
        return state;
    }

    /** One poll of the chain. */
    void poll() throws IOException {
        RecordsWithSplitIds<Step> records = reader.fetch();
        while (records.nextSplit() != null) {
            for (Step step = records.nextRecordFromSplit();
                    step != null;
                    step = records.nextRecordFromSplit()) {
                state = step.after();
                if (step.event() instanceof VaultEvent.ContractEvent event) {
                    events.add(event);
                }
            }
        }
    }

    void poll(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            poll();
        }
    }

    /** Polls until the newest final block has been read. */
    void drain() throws IOException {
        long last = chain.finalHeight();
        for (int i = 0; state.nextBlock() <= last; i++) {
            assertThat(i).as("polls without getting to block " + last).isLessThan(MAX_POLLS);
            poll();
        }
    }

    List<String> owners() {
        return events.stream()
                .map(VaultEvent.EarningAccountOpened.class::cast)
                .map(VaultEvent.EarningAccountOpened::owner)
                .toList();
    }

    /** Each event of the final chain once, in order, and no other. */
    void emittedExactlyOnce() throws RpcException {
        List<Seen> expected = new ArrayList<>();
        Map<String, Object> filter =
                Map.of(
                        "address",
                        chain.local().connection().vault(),
                        "topics",
                        List.of(ACCOUNT_OPENED),
                        "fromBlock",
                        HexQuantity.of(firstBlock),
                        "toBlock",
                        HexQuantity.of(chain.finalHeight()));
        for (JsonNode log : chain.query("eth_getLogs", filter)) {
            expected.add(
                    new Seen(
                            Long.decode(log.path("blockNumber").asText()),
                            Integer.decode(log.path("logIndex").asText()),
                            log.path("transactionHash").asText()));
        }
        assertThat(events.stream().map(Seen::of))
                .as("emitted events against those of the final chain")
                .containsExactlyElementsOf(expected);
    }

    /** A transaction with one event, in a block of its own; returns whose account it opened. */
    String openAccount() throws Exception {
        LocalVault.TestSigner owner = new LocalVault.TestSigner("newcomer " + newcomers++);
        chain.call("anvil_setBalance", owner.address(), "0x56bc75e2d63100000");
        chain.withAutomine(() -> chain.local().as(owner).openEarningAccount().send());
        return owner.address();
    }
}
