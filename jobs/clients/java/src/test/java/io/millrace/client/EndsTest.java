package io.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class EndsTest {

    private final Ends ends = new Ends();

    @Test
    void take_answerOfAnotherRequest_endsNothing() {
        CompletableFuture<JsonNode> end = ends.expect("a");
        ends.take(answer("b"));
        assertThat(end).isNotDone();
        ends.take(answer("a"));
        assertThat(end).isCompletedWithValue(answer("a"));
    }

    @Test
    void take_refusalWithoutId_isKnownByItsPlace() {
        CompletableFuture<JsonNode> end = ends.expect("a");
        ends.placed("a", 1, 7);
        ends.take(refusal(1, 8));
        ends.take(refusal(0, 7));
        assertThat(end).isNotDone();
        ends.take(refusal(1, 7));
        assertThat(end).isCompletedWithValue(refusal(1, 7));
    }

    @Test
    void placed_refusalThatCameBefore_isTheEnd() {
        CompletableFuture<JsonNode> end = ends.expect("a");
        CompletableFuture<JsonNode> other = ends.expect("b");
        ends.take(refusal(1, 7));
        ends.take(refusal(1, 9));
        ends.placed("a", 1, 7);
        assertThat(end).isCompletedWithValue(refusal(1, 7));
        ends.placed("b", 1, 9);
        assertThat(other).isCompletedWithValue(refusal(1, 9));
    }

    @Test
    void take_whatIsPublishedAgain_changesNothing() {
        CompletableFuture<JsonNode> end = ends.expect("a");
        ends.placed("a", 0, 3);
        ends.take(answer("a"));
        ends.take(refusal(0, 3));
        assertThat(end).isCompletedWithValue(answer("a"));
    }

    @Test
    void forget_request_isNoLongerKnown() {
        CompletableFuture<JsonNode> end = ends.expect("a");
        ends.placed("a", 0, 3);
        ends.forget("a");
        assertThat(ends.of("a")).isNull();
        ends.take(answer("a"));
        assertThat(end).isNotDone();
        CompletableFuture<JsonNode> next = ends.expect("b");
        ends.take(refusal(0, 3));
        ends.placed("b", 0, 4);
        assertThat(next).isNotDone();
    }

    @Test
    void fail_everyRequestThatWaits_isTold() {
        CompletableFuture<JsonNode> end = ends.expect("a");
        ends.fail(new IllegalStateException("closed"));
        assertThat(end).isCompletedExceptionally();
    }

    private static JsonNode answer(String id) {
        return new ObjectMapper().createObjectNode().put("id", id).put("status", "answered");
    }

    private static JsonNode refusal(int partition, long offset) {
        return new ObjectMapper()
                .createObjectNode()
                .put("code", "DUPLICATE")
                .put("partition", partition)
                .put("offset", offset);
    }
}
