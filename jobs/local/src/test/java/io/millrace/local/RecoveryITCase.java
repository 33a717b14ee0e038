package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.RejectReason;
import io.millrace.job.recover.Recovery;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.TestStack;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.flink.util.FileUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The job's state lost under load: first all but an old savepoint, then everything. What it was is
 * rebuilt from Kafka and the chain, and the books stay right (M1, M5, M8).
 */
class RecoveryITCase {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @RegisterExtension private static final TestStack STACK = new TestStack();

    @Test
    void state_lostTwiceUnderLoad_rebuiltAndEveryRequestChargedOnce() throws Exception {
        LocalStack stack = STACK.get();
        try (StackClient client = StackClient.fromNowOn(stack)) {
            List<SentRequest> early = client.send(12);
            client.awaitThat("charges", view -> early.stream().allMatch(view::ended));
            String old = stack.job().stop();
            stack.job().start(TestStack::job, old, 0, Map.of());
            loseUnderLoad(stack, client);

            assertRefused(stack, old);
            recover(stack);
            loseUnderLoad(stack, client);
            FileUtils.deleteDirectory(stack.directory().resolve("flink/checkpoints").toFile());
            FileUtils.deleteDirectory(stack.job().savepoints().toFile());

            assertRefused(stack, null);
            recover(stack);
            SentRequest copy = client.repeat(early.get(0));
            client.send(12);
            client.awaitSettled();

            assertThat(client.audit().checks()).allMatch(check -> check.ok());
            assertThat(client.view().charges()).hasSameSizeAs(client.sent());
            assertThat(client.view().charges().values())
                    .as("charges of one request")
                    .allMatch(charges -> charges.size() == 1);
            client.awaitThat("the copy refused", view -> view.ended(copy));
            assertThat(client.view().refusals().get(copy.position()))
                    .as("a copy of a request charged before everything was lost (M8)")
                    .isEqualTo(RejectReason.DUPLICATE.name());
        }
    }

    /** The job ends in mid-traffic, some epochs after it began, with requests in flight. */
    private static void loseUnderLoad(LocalStack stack, StackClient client) throws Exception {
        int charged = client.view().charges().size();
        try (var traffic = new SteadyTraffic(client, stack.file().requesters())) {
            traffic.start();
            client.awaitThat(
                    "charges and epochs of this run",
                    view -> view.charges().size() > charged + 8 && view.receiptCount() > charged);
            stack.job().cancel();
        }
    }

    private static void assertRefused(LocalStack stack, @Nullable String savepoint)
            throws Exception {
        assertThat(Recovery.whyOutdated(stack.job().config(), savepoint)).isPresent();
        JobID job = stack.job().start(TestStack::job, savepoint, 0, Map.of());
        await("the job gives up without restarts")
                .atMost(LIMIT)
                .until(() -> stack.job().running().isEmpty());
        assertThatThrownBy(() -> stack.job().requireNotFailed()).isInstanceOf(StackException.class);
        assertThat(
                        new FlinkRest(URI.create(stack.file().webUrl()))
                                .get("/jobs/" + job.toHexString() + "/exceptions")
                                .findValuesAsText("stacktrace"))
                .as("what the web UI shows of this job")
                .anySatisfy(
                        trace ->
                                assertThat(trace)
                                        .contains("the ledger is recorded up to checkpoint")
                                        .contains("jobs/bin/millrace recover"));
    }

    private static void recover(LocalStack stack) throws Exception {
        Recovery.Report report = Recovery.run(stack.job().config(), stack.job().savepoints());
        assertThat(report.epoch()).as("epochs found in the log").isPositive();
        stack.job().start(TestStack::job, report.savepoint(), 0, Map.of());
    }
}
