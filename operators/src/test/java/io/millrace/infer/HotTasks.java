package io.millrace.infer;

import static io.millrace.testing.RequestBuilder.request;

import io.millrace.admit.Task;
import io.millrace.infer.store.ModelManifest;
import io.millrace.testing.FakeModelEngine;
import io.millrace.testing.Fixtures;
import java.util.List;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** Tasks that are told apart by their number, and what becomes of them. */
final class HotTasks {

    static final long NOW = 1_700_000_000_000L;
    static final int WORDS = 3;

    private HotTasks() {}

    static List<Long> numbers(OneInputStreamOperatorTestHarness<Task, Outcome> harness) {
        return harness.extractOutputValues().stream()
                .map(outcome -> outcome.terms().place().offset())
                .toList();
    }

    static Output expected(Outcome outcome) {
        return Output.of(
                FakeModelEngine.embedding("some text " + outcome.terms().place().offset()));
    }

    static Task task(int number, ModelManifest model) {
        return request("request " + number)
                .requester(5, Fixtures.ALICE)
                .model(model.id())
                .input("some text " + number, WORDS)
                .price(2_000_000, 1)
                .deadlineMillis(NOW + 600_000)
                .appendMillis(NOW + number)
                .at(0, number)
                .task();
    }
}
