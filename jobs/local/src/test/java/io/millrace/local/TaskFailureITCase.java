package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackOptions;
import io.millrace.local.stack.TestStack;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A TaskManager lost while requests keep coming, with results in the transaction of the charge. */
class TaskFailureITCase {

    @TempDir private Path folder;

    @Test
    void job_taskManagerLostInMidTraffic_publishesOneResultAndOneChargeForEachRequest()
            throws Exception {
        StackOptions options =
                StackOptions.in(folder.resolve("stack")).withJobOption("results.mode", "committed");
        try (LocalStack stack = TestStack.own(options);
                StackClient client = new StackClient(stack)) {
            stack.awaitDeposits();
            try (var traffic = new SteadyTraffic(client, stack.file().requesters())) {
                traffic.start();
                List<SentRequest> before = client.send(8);
                client.awaitThat("charges before", view -> before.stream().allMatch(view::ended));

                // Both, one after the other: Flink may have put all tasks on one of them.
                stack.loseTaskManager(0);
                stack.loseTaskManager(1);
                client.awaitThat("the job restored", view -> restores(stack) >= 1);
                List<SentRequest> after = client.send(8);
                client.awaitThat("charges after", view -> after.stream().allMatch(view::ended));
            }
            client.awaitSettled();

            assertThat(client.audit().checks()).allMatch(check -> check.ok());
            for (SentRequest request : client.sent()) {
                assertThat(client.view().charges().get(request.requestId()))
                        .as("charges of request " + request.requestId())
                        .hasSize(1);
                assertThat(client.view().results().get(request.requestId()))
                        .as("committed results of request " + request.requestId())
                        .hasSize(1)
                        .allMatch(result -> result.path("status").asText().equals("answered"));
            }
            assertThat(client.view().charges()).hasSameSizeAs(client.sent());
            assertThat(client.view().results()).hasSameSizeAs(client.sent());
        }
    }

    /** How often the running job has gone back to a checkpoint. */
    private static int restores(LocalStack stack) {
        try {
            URI checkpoints =
                    URI.create(
                            "%s/jobs/%s/checkpoints"
                                    .formatted(
                                            stack.file().webUrl(), stack.job().running().get(0)));
            JsonNode json =
                    new ObjectMapper()
                            .readTree(
                                    HttpClient.newHttpClient()
                                            .send(
                                                    HttpRequest.newBuilder(checkpoints).build(),
                                                    BodyHandlers.ofString())
                                            .body());
            return json.path("counts").path("restored").asInt();
        } catch (Exception e) {
            throw new AssertionError("Flink does not answer", e);
        }
    }
}
