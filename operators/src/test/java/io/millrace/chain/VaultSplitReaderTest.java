package io.millrace.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.FakeVaultClient;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.junit.jupiter.api.Test;

/** Only final blocks are read, each once, and an outage is waited out. */
class VaultSplitReaderTest {

    private final FakeVaultClient chain = new FakeVaultClient();
    private final AtomicLong failures = new AtomicLong();
    private final VaultSplitReader reader =
            new VaultSplitReader(
                    chain,
                    new VaultEventSource.Options(FakeVaultClient.CHAIN_ID, 0, 1, 4),
                    failures);

    @Test
    void fetch_finalBlocks_scannedOnceAndNoFurther() throws Exception {
        assign(new VaultSplit(0, 0));

        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(7L);
        assertThat(fetch()).as("blocks 8 and 9 are not final").isEmpty();
        chain.mine(1);
        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(8L);
    }

    @Test
    void fetch_restartWithNothingNew_saysOnceThatItHasCaughtUp() throws Exception {
        assign(new VaultSplit(8, 0));

        assertThat(fetch())
                .as("who waits for the first look after a start would wait for ever")
                .singleElement()
                .satisfies(it -> assertThat(it.caughtUp()).isTrue())
                .satisfies(it -> assertThat(it.block()).isEqualTo(7));
        assertThat(fetch()).isEmpty();
    }

    @Test
    void fetch_restartAtANodeBehind_doesNotSayThatItHasCaughtUp() throws Exception {
        assign(new VaultSplit(9, 0));

        assertThat(fetch()).isEmpty();
        chain.mine(1);
        assertThat(fetch()).singleElement().satisfies(it -> assertThat(it.caughtUp()).isTrue());
    }

    @Test
    void fetch_farBehind_hasCaughtUpWithTheLastRangeOnly() throws Exception {
        chain.mine(600);
        assign(new VaultSplit(0, 0));

        assertThat(fetch()).singleElement().satisfies(it -> assertThat(it.caughtUp()).isFalse());
        assertThat(fetch()).singleElement().satisfies(it -> assertThat(it.caughtUp()).isTrue());
    }

    @Test
    void fetch_outage_isWaitedOutAndCounted() throws Exception {
        assign(new VaultSplit(3, 0));
        chain.unreachable = true;
        assertThat(fetch()).isEmpty();
        assertThat(failures).hasValue(1);
        chain.unreachable = false;

        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(7L);
    }

    @Test
    void fetch_anotherChain_failsWithTheRemedy() {
        chain.chainId = 5;
        assign(new VaultSplit(0, 0));

        assertThatThrownBy(this::fetch).hasMessageContainingAll("chain 5", "correct the endpoint");
    }

    @Test
    void split_bytesOfVersionOne_areReadForEver() throws Exception {
        byte[] bytes = Hex.decode("0x000000000000002a00000007");

        VaultSplitSerializer serializer = new VaultSplitSerializer();

        assertThat(serializer.deserialize(1, bytes)).isEqualTo(new VaultSplit(42, 7));
        assertThat(serializer.serialize(new VaultSplit(42, 7))).isEqualTo(bytes);
        assertThatThrownBy(() -> serializer.deserialize(2, bytes)).isInstanceOf(IOException.class);
    }

    private void assign(VaultSplit split) {
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(split)));
    }

    private List<VaultEvent> fetch() throws IOException {
        RecordsWithSplitIds<VaultEvent> records = reader.fetch();
        List<VaultEvent> events = new ArrayList<>();
        while (records.nextSplit() != null) {
            VaultEvent event;
            while ((event = records.nextRecordFromSplit()) != null) {
                events.add(event);
            }
        }
        return events;
    }
}
