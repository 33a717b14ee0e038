package io.millrace.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.watch.Case.Action;
import io.millrace.watch.act.TribunalEvent;
import io.millrace.watch.act.TribunalEvent.UnderpaymentProven;
import io.millrace.watch.testing.Books.Settled;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A settler that credits who earned something with less: the watcher proves it by itself. */
class UnderpaidITCase {

    private static final long TREASURY = 0;
    private static final long EARNER = 1;

    @TempDir private Path folder;

    private WatchedCourt watched;

    @BeforeEach
    void open() throws Exception {
        watched = new WatchedCourt(folder);
    }

    @AfterEach
    void close() {
        watched.close();
    }

    private BigInteger earnings() throws Exception {
        return watched.court.vault.earningBalanceOf(BigInteger.valueOf(EARNER)).send();
    }

    private List<UnderpaymentProven> proven() throws Exception {
        List<UnderpaymentProven> proven = new ArrayList<>();
        long newest = watched.court.chain().newest().number();
        for (TribunalEvent event : watched.court.chain().events(0, newest)) {
            if (event instanceof UnderpaymentProven one) {
                proven.add(one);
            }
        }
        return proven;
    }

    @Test
    void watch_aNanoOfTheProvidersToTheTreasury_provenAndPaid() throws Exception {
        watched.publish(watched.books.settle(watched.honest()));
        BigInteger before = earnings();
        Settled settled =
                watched.books.settleCredits(watched.honest(), Map.of(EARNER, -1L, TREASURY, 1L));
        watched.publish(settled);
        BigInteger credited = earnings().subtract(before);

        try (Watcher watcher = watched.watcher()) {
            watched.run(watcher);

            List<Case> cases = watcher.docket().all();
            assertThat(cases).hasSize(1);
            assertThat(cases.get(0).action()).isEqualTo(Action.PROVE_UNDERPAID);
            assertThat(cases.get(0).state()).isEqualTo(Case.State.COMPENSATED);
            assertThat(cases.get(0).what()).as("calls before the last").isPositive();
        }
        assertThat(proven()).hasSize(1);
        BigInteger earned = credited.add(BigInteger.ONE);
        assertThat(proven().get(0).earnedNano()).isEqualTo(earned);
        assertThat(proven().get(0).creditedNano()).isEqualTo(credited);
        assertThat(earnings().subtract(before).subtract(credited))
                .as("120 % of what it earned")
                .isEqualTo(earned.add(earned.divide(BigInteger.valueOf(5))));
    }

    /** What another process has shown stays shown: the case goes on from there. */
    @Test
    void watch_endedAfterEveryRound_provenOnce() throws Exception {
        Settled settled =
                watched.books.settleCredits(watched.honest(), Map.of(EARNER, -5L, TREASURY, 5L));
        watched.publish(settled);
        List<Case> cases = List.of();
        for (int round = 0; round < WatchedCourt.ROUNDS && !ended(cases); round++) {
            try (Watcher watcher = watched.watcher()) {
                watcher.step();
                cases = watcher.docket().all();
            }
            watched.court.pass(30);
        }

        assertThat(cases)
                .singleElement()
                .satisfies(one -> assertThat(one.state()).isEqualTo(Case.State.COMPENSATED));
        assertThat(proven()).hasSize(1);
    }

    /** Who has lost its store and its journal shows all of it again: the tribunal begins anew. */
    @Test
    void watch_storeAndJournalLostHalfWay_provenOnce() throws Exception {
        watched.publish(watched.books.settle(watched.honest()));
        watched.publish(
                watched.books.settleCredits(watched.honest(), Map.of(EARNER, -5L, TREASURY, 5L)));
        try (Watcher watcher = watched.watcher()) {
            for (int round = 0; round < WatchedCourt.ROUNDS && watched.sent() == 0; round++) {
                watcher.step();
            }
            assertThat(watched.sent()).isEqualTo(1);
            assertThat(watcher.docket().all())
                    .singleElement()
                    .satisfies(one -> assertThat(one.what()).isPositive());
        }
        watched.forget();

        try (Watcher watcher = watched.watcher()) {
            watched.run(watcher);
            assertThat(watcher.docket().all())
                    .singleElement()
                    .satisfies(one -> assertThat(one.state()).isEqualTo(Case.State.COMPENSATED));
        }
        assertThat(proven()).hasSize(1);
    }

    private static boolean ended(List<Case> cases) {
        return !cases.isEmpty() && cases.stream().allMatch(one -> one.state().isEnd());
    }

    /** Who watches its spending account alone leaves earners to themselves. */
    @Test
    void watch_anotherAccountOnly_saysNothingOfEarners() throws Exception {
        watched.publish(
                watched.books.settleCredits(watched.honest(), Map.of(EARNER, -1L, TREASURY, 1L)));
        try (Watcher watcher = watched.watcher(Set.of(2L))) {
            watched.run(watcher);
            assertThat(watcher.docket().all()).isEmpty();
        }
    }
}
