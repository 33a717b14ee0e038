package io.millrace.admit;

import static io.millrace.admit.AdmitRuns.ACCOUNT;
import static io.millrace.admit.AdmitRuns.candidate;
import static io.millrace.admit.AdmitRuns.charged;
import static io.millrace.admit.AdmitRuns.deposit;
import static io.millrace.admit.AdmitRuns.event;
import static io.millrace.admit.AdmitRuns.inputs;
import static io.millrace.admit.AdmitRuns.reasons;
import static io.millrace.admit.AdmitRuns.requested;
import static io.millrace.admit.AdmitRuns.run;
import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.BOB;
import static io.millrace.testing.Fixtures.PLACE;
import static io.millrace.testing.Fixtures.deposited;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.watermark;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.OwedChange;
import io.millrace.chain.VaultEvent;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdmitFunctionTest {

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_fundedRequest_reservesItsFee(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        event(new VaultEvent.SpendingAccountOpened(PLACE, ACCOUNT, ALICE)),
                        deposit(10),
                        requested("a", 7, 100));

        assertThat(run.main()).containsExactly(candidate("a", 7, 100, 0).admitted(ACCOUNT));
        assertThat(run.main().get(0).terms().reservedNano()).isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void promised_addsUpToWhatIsReservedOrCharged(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(20),
                        requested("a", 7, 100),
                        requested("b", 5, 100),
                        requested("beyond what is left", 9, 100),
                        charged("a", 7),
                        charged("b", 2),
                        charged("b", 2));

        assertThat(run.side(AdmitFunction.PROMISED))
                .extracting(OwedChange::nano)
                .containsExactly(7L, 5L, -3L);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_noAccount_unknownAccountAndNothingRemembered(Feeding feeding) {
        RestoringHarness.Run<Task> run = run(feeding, requested("a", 7, 100));

        assertThat(reasons(run)).containsExactly(RejectReason.UNKNOWN_ACCOUNT);
        assertThat(run.stateEntries()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_reservationsExceedFunds_insufficientUntilACharge(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(10),
                        requested("a", 7, 100),
                        requested("b", 4, 100),
                        charged("a", 5),
                        requested(
                                "b", 4,
                                100)); // refused is not remembered: the same request may come again

        assertThat(inputs(run)).containsExactly("a", "b");
        assertThat(reasons(run)).containsExactly(RejectReason.INSUFFICIENT_FUNDS);
        assertThat(run.side(AdmitFunction.REJECTIONS).get(0).message())
                .startsWith("3 nano-USD")
                .contains("4 are");
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_oneNanoLeft_isSpent(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(1),
                        requested("a", 1, 100),
                        charged("a", 1),
                        requested("b", 1, 100),
                        requested("free", 0, 100));

        assertThat(inputs(run)).containsExactly("a", "free");
        assertThat(reasons(run)).containsExactly(RejectReason.INSUFFICIENT_FUNDS);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_failedTask_freesItsReservation(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(5),
                        requested("a", 5, 100),
                        charged("a", 0),
                        requested("b", 5, 100));

        assertThat(inputs(run))
                .as("the fee of a failed request stayed reserved")
                .containsExactly("a", "b");
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_sameRequestInTwoPartitions_admittedOnceHoweverFarOneLags(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(100),
                        first(candidate("a", 7, 100, 0)),
                        watermark(50), // partition 1 lags: its clock is the watermark
                        first(candidate("a", 7, 100, 1)),
                        charged("a", 7),
                        watermark(99),
                        first(candidate("a", 7, 100, 1)),
                        watermark(100), // memory purged
                        first(candidate("a", 7, 100, 1)),
                        watermark(5_000),
                        first(candidate("a", 7, 100, 1)));

        assertThat(run.main()).as("a replayed request was admitted again").hasSize(1);
        assertThat(reasons(run))
                .containsExactly(
                        RejectReason.DUPLICATE,
                        RejectReason.DUPLICATE,
                        RejectReason.EXPIRED,
                        RejectReason.EXPIRED);
        assertThat(run.stateEntries()).as("only the funds remain").isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_chargeAfterDeadline_reservationHeldUntilThenAndStatePurged(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(10),
                        requested("a", 7, 100),
                        requested("b", 1, 100),
                        requested("c", 1, 100),
                        charged("b", 1),
                        watermark(200),
                        requested("d", 2, 300), // 10 - 7 - 1 - 1: the reservation of a still counts
                        charged("a", 7),
                        charged("c", 0),
                        requested("e", 2, 300),
                        charged("e", 2),
                        watermark(300));

        assertThat(inputs(run)).containsExactly("a", "b", "c", "e");
        assertThat(reasons(run)).containsExactly(RejectReason.INSUFFICIENT_FUNDS);
        assertThat(run.stateEntries()).as("only the funds remain").isEqualTo(1);
        assertThat(run.eventTimers()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_chargeUnknownOrTwice_ignored(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        charged("never", 3),
                        deposit(10),
                        requested("a", 6, 100),
                        charged("a", 6),
                        charged("a", 6),
                        charged("never", 3),
                        requested("b", 4, 100));

        assertThat(inputs(run)).as("a charge was counted twice").containsExactly("a", "b");
    }

    @Test
    void admit_chargeAboveReservation_throws() {
        assertThatThrownBy(
                        () ->
                                run(
                                        Feeding.ALL_AT_ONCE,
                                        deposit(10),
                                        requested("a", 6, 100),
                                        charged("a", 7)))
                .hasStackTraceContaining("BrokenBooksException")
                .hasStackTraceContaining("only 6 were reserved (M2)");
    }

    @Test
    void admit_eventOfAnotherAccount_throws() {
        assertThatThrownBy(
                        () -> run(Feeding.ALL_AT_ONCE, deposit(10), event(deposited(6, ALICE, 1))))
                .hasStackTraceContaining("BrokenBooksException")
                .hasStackTraceContaining("owns spending account 5");
    }

    @Test
    void admit_twoRequesters_fundsAreTheirOwn() {
        RestoringHarness.Run<Task> run =
                run(
                        Feeding.RESTORE_BETWEEN,
                        event(deposited(6, BOB, 100)),
                        deposit(5),
                        requested("a", 6, 100));

        assertThat(reasons(run)).containsExactly(RejectReason.INSUFFICIENT_FUNDS);
    }
}
