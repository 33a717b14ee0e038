package io.millrace.admit;

import static io.millrace.admit.AdmitRuns.ACCOUNT;
import static io.millrace.admit.AdmitRuns.charged;
import static io.millrace.admit.AdmitRuns.deposit;
import static io.millrace.admit.AdmitRuns.event;
import static io.millrace.admit.AdmitRuns.inputs;
import static io.millrace.admit.AdmitRuns.reasons;
import static io.millrace.admit.AdmitRuns.requested;
import static io.millrace.admit.AdmitRuns.run;
import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.PLACE;
import static io.millrace.testing.Fixtures.withdrawalRequested;
import static io.millrace.testing.RequestBuilder.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.VaultEvent;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is asked back on chain goes before new promises, and out of the funds only once (M7). */
class AdmitWithdrawalTest {

    private static RestoringHarness.Item<Candidate, FundsChange> withdrawal(
            int request, long amountNano) {
        return event(withdrawalRequested(ACCOUNT, ALICE, request, amountNano));
    }

    private static RestoringHarness.Item<Candidate, FundsChange> cancelled(
            int request, long amountNano) {
        return event(
                new VaultEvent.WithdrawalCancelled(PLACE, ACCOUNT, ALICE, request, amountNano));
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_withdrawalWhileRequestsAreInFlight_releasesOnlyWhatIsLeft(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(10),
                        requested("a", 7, 100),
                        withdrawal(1, 10),
                        requested("b", 1, 100),
                        charged("a", 5), // two of the reserved come back: they are asked for too
                        requested("c", 1, 100));

        assertThat(run.side(AdmitFunction.RELEASES))
                .containsExactly(
                        new Release(ACCOUNT, ALICE, 1, 3), new Release(ACCOUNT, ALICE, 1, 2));
        assertThat(inputs(run)).containsExactly("a");
        assertThat(reasons(run)).containsOnly(RejectReason.INSUFFICIENT_FUNDS).hasSize(2);
    }

    /** The hatch of an old request is open: whatever were promised could leave at any moment. */
    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_depositWhileAWithdrawalIsOpen_isReleasedForItFirst(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(10),
                        requested("a", 10, 100),
                        withdrawal(1, 8),
                        charged("a", 10),
                        deposit(5),
                        requested("b", 1, 100),
                        deposit(5),
                        requested("c", 2, 100));

        assertThat(run.side(AdmitFunction.RELEASES))
                .containsExactly(
                        new Release(ACCOUNT, ALICE, 1, 0),
                        new Release(ACCOUNT, ALICE, 1, 5),
                        new Release(ACCOUNT, ALICE, 1, 3));
        assertThat(inputs(run)).as("promised though it was asked back").containsExactly("a", "c");
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_withdrawalCancelled_releasesNothingMoreAndSpendsTheRest(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(10),
                        requested("a", 7, 100),
                        withdrawal(1, 10),
                        cancelled(1, 7),
                        charged("a", 5),
                        requested("b", 2, 100),
                        requested("c", 1, 100));

        assertThat(run.side(AdmitFunction.RELEASES))
                .as("released of what was cancelled")
                .containsExactly(new Release(ACCOUNT, ALICE, 1, 3));
        assertThat(inputs(run)).containsExactly("a", "b");
        assertThat(reasons(run)).containsExactly(RejectReason.INSUFFICIENT_FUNDS);
    }

    /** The release was sealed before the cancelling was heard of; the vault skips it. */
    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_releaseOfACancelledWithdrawalSkipped_answersTheNextOne(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(10),
                        withdrawal(1, 10),
                        cancelled(1, 10),
                        withdrawal(2, 4),
                        requested("a", 1, 100),
                        event(new VaultEvent.ReleaseSkipped(PLACE, ACCOUNT, ALICE, 1, 10)),
                        requested("b", 6, 100),
                        requested("c", 1, 100));

        assertThat(run.side(AdmitFunction.RELEASES))
                .containsExactly(
                        new Release(ACCOUNT, ALICE, 1, 10),
                        new Release(ACCOUNT, ALICE, 2, 0),
                        new Release(ACCOUNT, ALICE, 2, 4));
        assertThat(inputs(run)).containsExactly("b");
        assertThat(reasons(run)).containsOnly(RejectReason.INSUFFICIENT_FUNDS).hasSize(2);
    }

    /** By its own hatch an owner leaves with what was asked for only. */
    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_escapeOfAWithdrawal_leavesTheOtherFundsAndReleasesNothingMore(Feeding feeding) {
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(10),
                        requested("a", 8, 100),
                        withdrawal(1, 5),
                        event(new VaultEvent.Escaped(PLACE, ACCOUNT, ALICE, 1, 3)),
                        charged("a", 0),
                        requested("b", 6, 100),
                        requested("c", 5, 100));

        assertThat(run.side(AdmitFunction.RELEASES))
                .containsExactly(new Release(ACCOUNT, ALICE, 1, 2));
        assertThat(inputs(run)).as("10 - 2 released - 3 left = 5").containsExactly("a", "c");
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void admit_escape_leavesNothingToPromiseEvenAfterASmallDeposit(Feeding feeding) {
        long token = 1_000_000_000L;
        RestoringHarness.Run<Task> run =
                run(
                        feeding,
                        deposit(10 * token),
                        requested("inFlight", 4 * token, 100),
                        withdrawal(1, token),
                        event(new VaultEvent.Escaped(PLACE, ACCOUNT, ALICE, 1, 10 * token)),
                        requested("a", 1, 100),
                        event(new VaultEvent.ReleaseSkipped(PLACE, ACCOUNT, ALICE, 1, token)),
                        requested("b", 1, 100),
                        deposit(4 * token), // the operator covers what is in flight
                        requested("c", 1, 100),
                        charged("inFlight", 4 * token),
                        deposit(token), // the requester comes back
                        requested("d", token, 100));

        assertThat(inputs(run))
                .as("money that had left was promised")
                .containsExactly("inFlight", "d");
        assertThat(reasons(run)).containsOnly(RejectReason.INSUFFICIENT_FUNDS).hasSize(3);
    }
}
