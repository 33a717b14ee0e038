package io.millrace.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.FinalRangeReader.Step;
import io.millrace.testing.Anvil;
import io.millrace.testing.LocalVault;
import io.millrace.testing.proxy.RpcProxy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * A real node with the contracts, one for a class of tests, two proxies before it, and a reader of
 * the event source whose state goes on as checkpoints would have it. Tests extend it.
 */
class SourceRig {

    private static final int MAX_LOOKS = 80;

    static Anvil anvil;
    static LocalVault local;
    private static int accounts;

    final SourceMetrics metrics = new SourceMetrics();
    final List<VaultEvent> events = new ArrayList<>();
    RpcProxy first;
    RpcProxy second;
    VaultSplit state = VaultSplit.from(0);

    @BeforeAll
    static void start() throws Exception {
        anvil = Anvil.start();
        local = new LocalVault(anvil);
        anvil.mineOnDemand();
    }

    @AfterAll
    static void stop() {
        local.close();
        anvil.close();
    }

    @BeforeEach
    void proxies() {
        first = RpcProxy.to(anvil.url());
        second = RpcProxy.to(anvil.url());
    }

    @AfterEach
    void end() {
        first.close();
        second.close();
    }

    /** A transaction that emits one event; the new account's owner tells it from others. */
    static String openAccount() throws Exception {
        LocalVault.TestSigner owner = new LocalVault.TestSigner("newcomer " + accounts++);
        anvil.fund(owner.address());
        local.as(owner).openEarningAccount().send();
        return owner.address();
    }

    static long blockOf(String owner) throws Exception {
        return honest().stream()
                .filter(it -> it.owner().equals(owner))
                .findFirst()
                .orElseThrow()
                .block();
    }

    static String rawTransactionOf(long block) throws Exception {
        return anvil.call(
                        "eth_getRawTransactionByBlockNumberAndIndex", HexQuantity.of(block), "0x0")
                .asText();
    }

    VaultSplitReader reader(RpcProxy... nodes) {
        List<String> urls = new ArrayList<>();
        for (RpcProxy node : nodes) {
            urls.add(node.url());
        }
        VaultSplitReader reader =
                new VaultSplitReader(
                        local.connection(urls, 1_000).openEvents(),
                        new VaultEventSource.Options(Anvil.CHAIN_ID, 0, 10, 50, LogsCheck.BLOOM),
                        metrics);
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(state)));
        return reader;
    }

    void look(VaultSplitReader reader) throws IOException {
        RecordsWithSplitIds<Step> records = reader.fetch();
        while (records.nextSplit() != null) {
            Step step;
            while ((step = records.nextRecordFromSplit()) != null) {
                state = step.after();
                if (step.event() != null) {
                    events.add(step.event());
                }
            }
        }
    }

    /** Looks until the newest final block has been read. */
    void drain(VaultSplitReader reader) throws Exception {
        long finalNumber = local.connection().openEvents().finalHead().number();
        for (int i = 0; state.nextBlock() <= finalNumber; i++) {
            assertThat(i).as("looks without getting to block " + finalNumber).isLessThan(MAX_LOOKS);
            look(reader);
        }
    }

    /** Looks until the newest block, which is not final, is in the window. */
    void readAhead(VaultSplitReader reader) throws Exception {
        long latest = local.connection().openEvents().latest().number();
        for (int i = 0; state.top() < latest; i++) {
            assertThat(i).as("looks without getting to block " + latest).isLessThan(MAX_LOOKS);
            look(reader);
        }
    }

    List<String> owners() {
        return events.stream().map(VaultEvent::owner).toList();
    }

    /** What the final chain has now, read straight from the node in one range. */
    static List<VaultEvent> honest() throws Exception {
        EventChain chain = local.connection().openEvents();
        List<VaultEvent> honest = new ArrayList<>();
        for (LogEntry log : chain.logs(0, chain.latest().number()).logs()) {
            VaultEventDecoder.decode(log, chain.header(log.block()).millis())
                    .ifPresent(honest::add);
        }
        return honest;
    }

    void assertExactlyOnce() throws Exception {
        List<VaultEvent> expected =
                honest().stream().filter(it -> it.block() < state.nextBlock()).toList();
        assertThat(events)
                .filteredOn(it -> it.kind() != VaultEvent.Kind.SCANNED)
                .as("emitted events against those of the canonical chain")
                .isEqualTo(expected);
    }
}
