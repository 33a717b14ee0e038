package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.deposited;
import static io.millrace.testing.Fixtures.id;
import static io.millrace.testing.RequestBuilder.request;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;

import io.millrace.chain.VaultEvent;
import io.millrace.testing.Feeding;
import io.millrace.testing.RestoringHarness;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;

/** What the admission of one requester, Alice's, is fed with, and what it says. */
final class AdmitRuns {

    static final int ACCOUNT = 5;

    private AdmitRuns() {}

    static Candidate candidate(String name, long feeNano, long deadline, int partition) {
        return request(name)
                .input(name, 3)
                .feeNano(feeNano)
                .deadlineMillis(deadline)
                .at(partition, 2)
                .candidate();
    }

    static RestoringHarness.Item<Candidate, FundsChange> requested(
            String name, long feeNano, long deadline) {
        return first(candidate(name, feeNano, deadline, 0));
    }

    static RestoringHarness.Item<Candidate, FundsChange> event(VaultEvent event) {
        return second(FundsChange.of(event).orElseThrow());
    }

    static RestoringHarness.Item<Candidate, FundsChange> deposit(long amountNano) {
        return event(deposited(ACCOUNT, ALICE, amountNano));
    }

    static RestoringHarness.Item<Candidate, FundsChange> charged(String name, long debitNano) {
        return second(FundsChange.charged(ALICE, id(name), debitNano));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    static RestoringHarness.Run<Task> run(
            Feeding feeding, RestoringHarness.Item<Candidate, FundsChange>... items) {
        return RestoringHarness.keyed(
                        new AdmitFunction(),
                        Candidate::requesterAddress,
                        FundsChange::requesterAddress,
                        Types.STRING)
                .collecting(
                        AdmitFunction.REJECTIONS, AdmitFunction.RELEASES, AdmitFunction.PROMISED)
                .run(feeding, items);
    }

    static List<RejectReason> reasons(RestoringHarness.Run<Task> run) {
        return run.side(AdmitFunction.REJECTIONS).stream().map(Rejection::reason).toList();
    }

    static List<String> inputs(RestoringHarness.Run<Task> run) {
        return run.main().stream().map(Task::input).toList();
    }
}
