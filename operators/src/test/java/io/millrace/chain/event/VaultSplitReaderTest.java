package io.millrace.chain.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.VaultEvent;
import io.millrace.chain.event.FinalRangeReader.Step;
import io.millrace.testing.FakeEventChain;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Only final blocks are emitted, each once; what is above them is followed and compared. */
class VaultSplitReaderTest {

    private static final long MAX_AGE = 45_000;

    private final FakeEventChain chain = new FakeEventChain();
    private final SourceMetrics metrics = new SourceMetrics();
    private VaultSplit state = VaultSplit.from(0);
    private VaultSplitReader reader = reader(LogsCheck.BLOOM);

    @Test
    void fetch_finalBlocks_scannedOnceAndNoFurther() throws Exception {
        assign(VaultSplit.from(0));

        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(7L);
        assertThat(fetch()).as("blocks 8 and 9 are not final").isEmpty();
        chain.mine(1);
        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(8L);
    }

    @Test
    void fetch_restartWithNothingNew_saysOnceThatItHasCaughtUp() throws Exception {
        assign(VaultSplit.from(8));

        assertThat(fetch())
                .as("who waits for the first poll after a start would wait for ever")
                .singleElement()
                .satisfies(event -> assertThat(caughtUp(event)).isTrue())
                .satisfies(event -> assertThat(event.block()).isEqualTo(7));
        assertThat(fetch()).isEmpty();
    }

    @Test
    void fetch_restartAtANodeBehind_doesNotSayThatItHasCaughtUp() throws Exception {
        assign(VaultSplit.from(9));

        assertThat(fetch()).isEmpty();
        chain.mine(1);
        assertThat(fetch())
                .singleElement()
                .satisfies(event -> assertThat(caughtUp(event)).isTrue());
    }

    @Test
    void fetch_farBehind_hasCaughtUpWithTheLastRangeOnly() throws Exception {
        chain.mine(600);
        assign(VaultSplit.from(0));

        assertThat(fetch())
                .singleElement()
                .satisfies(event -> assertThat(caughtUp(event)).isFalse());
        assertThat(fetch())
                .singleElement()
                .satisfies(event -> assertThat(caughtUp(event)).isTrue());
    }

    /** At each restart the alarm said that the whole chain was unread. */
    @Test
    void fetch_restartNearTheFinalHead_lagsByNoMoreThanThat() throws Exception {
        chain.mine(600);
        assign(VaultSplit.from(600));

        fetch();

        assertThat(metrics.finalLagBlocks()).isEqualTo(607 - 599);
    }

    @Test
    void fetch_outage_isWaitedOutAndCounted() throws Exception {
        assign(VaultSplit.from(3));
        chain.unreachable = true;
        assertThat(fetch()).isEmpty();
        assertThat(metrics.rpcFailures()).isEqualTo(1);
        chain.unreachable = false;

        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(7L);
    }

    @Test
    void fetch_anotherChain_endsTheJobWithTheRemedy() {
        chain.chainId = 5;
        assign(VaultSplit.from(0));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(SuppressRestartsException.class)
                .rootCause()
                .hasMessageContainingAll("chain 5", "correct the endpoint");
    }

    /** Without it a job cut off from its node charged an old price after the new one counted. */
    @Test
    void fetch_pricesAnnouncedTooShortlyAhead_endsTheJobWithBothAndTheRemedy() {
        chain.priceNoticeMillis = MAX_AGE;
        assign(VaultSplit.from(0));

        assertThatThrownBy(this::fetch)
                .isInstanceOf(SuppressRestartsException.class)
                .rootCause()
                .hasMessageContainingAll(
                        "45000 ms before it counts",
                        "--admit.max.chain.age is 45000 ms",
                        "set the option below");
    }

    @Test
    void fetch_pricesAnnouncedJustFarEnoughAhead_goesOn() throws Exception {
        chain.priceNoticeMillis = MAX_AGE + 1;
        assign(VaultSplit.from(0));

        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(7L);
    }

    @Test
    void fetch_noticeNotToBeHad_waitsWithoutAnEvent() throws Exception {
        chain.unreachable = true;
        chain.priceNoticeMillis = 1;
        assign(VaultSplit.from(0));

        assertThat(fetch()).isEmpty();
        assertThat(metrics.rpcFailures()).isEqualTo(1);
    }

    /** Put off as repetitions are, the narrower ranges of one start took three minutes. */
    @Test
    void fetch_rangeHungUpAt_narrowerIsTriedAfterAPollsPause() throws Exception {
        reader = reader(LogsCheck.BLOOM, 10, 10_000);
        chain.mine(500);
        chain.widestAnswered = 1;
        assign(VaultSplit.from(0));
        long before = System.nanoTime();

        while (state.nextBlock() == 0) {
            fetch();
        }

        assertThat(chain.widths).startsWith(500L, 250L, 125L, 62L, 31L, 15L, 7L, 3L, 1L);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .as("eight pauses of 10 ms, not 2,550")
                .isLessThan(Duration.ofMillis(1_500));
    }

    @Test
    void fetch_rangeTooWide_isSplitWithoutAGap() throws Exception {
        chain.mine(90);
        chain.widestRange = 30;
        assign(VaultSplit.from(0));

        List<VaultEvent> events = new ArrayList<>();
        while (state.nextBlock() < 98) {
            events.addAll(fetch());
        }

        assertThat(chain.widths).startsWith(98L, 30L);
        assertThat(events).extracting(VaultEvent::block).isSorted().endsWith(97L);
        assertThat(metrics.rpcFailures()).as("a limit is no failure").isZero();
    }

    @Test
    void fetch_reorganisedWindow_isDroppedAndReadAgain() throws Exception {
        chain.finalityDepth = 5;
        assign(VaultSplit.from(0));
        fetch();
        fetch();
        assertThat(state.window()).extracting(block -> block.hash()).endsWith(chain.at(9).hash());

        chain.reorganise(3);
        fetch();
        fetch();

        assertThat(metrics.reorganisations()).isEqualTo(1);
        assertThat(state.window())
                .extracting(block -> block.hash())
                .containsExactly(
                        chain.at(5).hash(),
                        chain.at(6).hash(),
                        chain.at(7).hash(),
                        chain.at(8).hash(),
                        chain.at(9).hash());
        chain.mine(5);
        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(9L);
    }

    @Test
    void fetch_reorganisedWhileTheJobWasDown_isFoundAtStart() throws Exception {
        chain.finalityDepth = 5;
        assign(VaultSplit.from(0));
        fetch();
        fetch();

        chain.reorganise(4);
        reader = reader(LogsCheck.BLOOM);
        assign(state);
        fetch();

        assertThat(metrics.reorganisations()).isEqualTo(1);
        assertThat(state.at(9).hash()).isEqualTo(chain.at(9).hash());
    }

    @Test
    void fetch_windowReplacedByWhatBecameFinal_isNotTrusted() throws Exception {
        chain.finalityDepth = 5;
        assign(VaultSplit.from(0));
        fetch();
        fetch();

        chain.reorganise(3);
        chain.mine(5); // the new blocks are final before the next poll

        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(9L);
        assertThat(state.lastHash()).isEqualTo(chain.at(9).hash());
    }

    @Test
    void fetch_finalBlockReplaced_endsTheJobWithBothHashes() throws Exception {
        assign(VaultSplit.from(0));
        fetch();
        String known = chain.at(7).hash();
        chain.reorganise(4);
        chain.mine(1);

        assertThat(fetch()).as("one poll is no proof").isEmpty();
        assertThat(fetch()).isEmpty();
        assertThatThrownBy(this::fetch)
                .isInstanceOf(SuppressRestartsException.class)
                .rootCause()
                .isInstanceOf(FinalityViolatedException.class)
                .hasMessageContainingAll("block 7", known, chain.at(7).hash(), "millrace recover");
    }

    @Test
    void fetch_oneNodeOnAnotherFork_theOtherGoesOn() throws Exception {
        chain.nodes = 2;
        assign(VaultSplit.from(0));
        fetch();
        chain.forked.add(0);
        chain.mine(1);

        assertThat(fetch()).isEmpty();
        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(8L);
        assertThat(chain.distrusted).containsExactly(0);
    }

    @ParameterizedTest
    @EnumSource(LogsCheck.class)
    void fetch_logsHiddenInFinalBlocks_nothingIsEmitted(LogsCheck check) throws Exception {
        reader = reader(check);
        chain.nodes = 2;
        chain.firstReading = logs -> logs.subList(0, logs.size() - 1);
        assign(VaultSplit.from(0));

        assertThat(fetch()).as("an event would be missing").isEmpty();
        assertThat(metrics.rpcDisagreements()).isEqualTo(1);
        assertThat(chain.distrusted).containsExactly(0);
        chain.firstReading = logs -> logs;
        assertThat(fetch())
                .as("a shorter range, as the length may have cut it")
                .extracting(VaultEvent::block)
                .containsExactly(3L);
        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(7L);
    }

    @Test
    void fetch_secondNodeHidesLogs_proofDecidesAgainstIt() throws Exception {
        chain.nodes = 2;
        chain.secondReading = logs -> List.of();
        assign(VaultSplit.from(0));

        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(7L);
        assertThat(metrics.rpcDisagreements()).isEqualTo(1);
        assertThat(chain.distrusted).containsExactly(1);
    }

    @Test
    void fetch_logsHiddenAtTheTip_areMissedWhenFinal() throws Exception {
        reader = reader(LogsCheck.OFF);
        chain.tipReading = logs -> List.of();
        assign(VaultSplit.from(0));
        fetch();
        fetch();
        chain.mine(1);

        assertThat(fetch()).as("block 8 had a log when it became final").isEmpty();
        assertThat(metrics.rpcDisagreements()).isEqualTo(1);
        assertThat(fetch()).extracting(VaultEvent::block).containsExactly(8L);
    }

    @Test
    void fetch_deepUnfinalisedChain_windowIsBounded() throws Exception {
        chain.mine(3_000);
        chain.finalityDepth = 3_000;
        assign(VaultSplit.from(0));
        for (int i = 0; i < 60; i++) {
            fetch();
        }
        assertThat(state.window()).hasSize(VaultSplit.MAX_WINDOW);

        chain.finalityDepth = 10;
        while (state.nextBlock() < 2_990) {
            fetch();
        }
        assertThat(metrics.rpcDisagreements()).isZero();
    }

    private VaultSplitReader reader(LogsCheck check) {
        return reader(check, 1, 4);
    }

    private VaultSplitReader reader(LogsCheck check, long pollMillis, long maxBackoffMillis) {
        return new VaultSplitReader(
                chain,
                new SourceOptions(
                        FakeEventChain.CHAIN_ID, 0, pollMillis, maxBackoffMillis, check, MAX_AGE),
                metrics);
    }

    private void assign(VaultSplit split) {
        state = split;
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(split)));
    }

    private static boolean caughtUp(VaultEvent event) {
        return event instanceof VaultEvent.Scanned scanned && scanned.caughtUp();
    }

    /** Events of one poll; the state goes on as a checkpoint would have it. */
    private List<VaultEvent> fetch() throws IOException {
        RecordsWithSplitIds<Step> records = reader.fetch();
        List<VaultEvent> events = new ArrayList<>();
        while (records.nextSplit() != null) {
            Step step;
            while ((step = records.nextRecordFromSplit()) != null) {
                state = step.after();
                events.add(step.event());
            }
        }
        return events.stream().filter(Objects::nonNull).toList();
    }
}
