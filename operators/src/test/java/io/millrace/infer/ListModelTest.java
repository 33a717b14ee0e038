package io.millrace.infer;

import static io.millrace.testing.RequestBuilder.request;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.InferenceRequest;
import io.millrace.admit.Task;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.testing.FakeSigners;
import io.millrace.testing.Fixtures;
import io.millrace.testing.Models;
import io.millrace.testing.RequestBuilder;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With the real model: what a list gives is bit for bit what its texts give one by one. */
@Timeout(300)
@SuppressWarnings("try") // the harness declares that closing throws any Exception
class ListModelTest {

    private static final long SEED = 20_261_130;
    private static final int LISTS = 12;

    @TempDir Path keys;

    @Test
    void process_listsAndTheirTextsOneByOne_sameBits() throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        List<Task> lists = new ArrayList<>();
        List<Task> texts = new ArrayList<>();
        try (RowTokenizer tokenizer = engine().tokenizer(Models.MINILM.id())) {
            for (int i = 0; i < LISTS; i++) {
                List<String> list = new ArrayList<>();
                for (int t = 1 + random.nextInt(20); t > 0; t--) {
                    list.add(Models.text(random, 1 + random.nextInt(60)));
                }
                lists.add(task(request("list " + i).inputs(list, units(tokenizer, list))));
                for (String text : list) {
                    texts.add(
                            task(
                                    request("text " + texts.size())
                                            .input(text, units(tokenizer, List.of(text)))));
                }
            }
        }
        Map<String, Output> together = answers(lists);
        Map<String, Output> each = answers(texts);

        int next = 0;
        for (Task list : lists) {
            List<float[]> expected = new ArrayList<>();
            for (int i = 0; i < list.inputs().size(); i++) {
                expected.addAll(answer(each, texts.get(next++).terms().requestId()).vectors());
            }
            assertThat(together.get(list.terms().requestId()))
                    .as("seed %d, list of %d texts", SEED, expected.size())
                    .isEqualTo(Output.embeddings(true, expected));
        }
    }

    /** The largest request that there can be. */
    @Test
    void process_mostTextsOfMostTokens_allAnsweredAlike() throws Exception {
        String longest = "mill ".repeat(Models.MINILM.maxTokens() - 2);
        List<String> texts = Collections.nCopies(InferenceRequest.MAX_TEXTS, longest);
        int units = InferenceRequest.MAX_TEXTS * Models.MINILM.maxTokens();

        Output output =
                answer(answers(List.of(task(request("most").inputs(texts, units)))), id("most"));

        assertThat(output.vectors()).hasSize(InferenceRequest.MAX_TEXTS);
        assertThat(output.vectors())
                .allSatisfy(one -> assertThat(one).isEqualTo(output.vectors().get(0)));
    }

    private static Output answer(Map<String, Output> answers, String requestId) {
        return requireNonNull(answers.get(requestId), requestId);
    }

    private static String id(String name) {
        return Fixtures.id(name);
    }

    private static DjlModelEngine engine() {
        return new DjlModelEngine(Models.DIRECTORY.toString(), 1);
    }

    private static int units(RowTokenizer tokenizer, List<String> texts) {
        return texts.stream().mapToInt(text -> tokenizer.tokens(text).length).sum();
    }

    private static Task task(RequestBuilder builder) {
        long now = System.currentTimeMillis();
        return builder.model(Models.MINILM.id())
                .deadlineMillis(now + 600_000)
                .appendMillis(now)
                .task();
    }

    private Map<String, Output> answers(List<Task> tasks) throws Exception {
        Path file = keys.resolve("provider-7");
        Files.writeString(file, Hex.encode(Keccak.hashUtf8("provider 7")) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        InferOptions options =
                new InferOptions(
                        16,
                        4_096,
                        8_192,
                        DeviceOptions.cpu(1),
                        60_000,
                        3_600_000,
                        Models.DIRECTORY.toString(),
                        List.of(new ProviderKey(7, file.toString())),
                        Fixtures.DOMAIN);
        Map<String, Output> answers = new HashMap<>();
        try (var harness =
                new OneInputStreamOperatorTestHarness<Task, Outcome>(
                        new InferOperatorFactory(
                                options, engine(), Clock.systemUTC(), FakeSigners.SILENT),
                        4,
                        1,
                        0)) {
            harness.open();
            for (Task task : tasks) {
                harness.processElement(new StreamRecord<>(task));
            }
            harness.endInput();
            for (Outcome outcome : harness.extractOutputValues()) {
                assertThat(outcome.status()).as(outcome.detail()).isEqualTo(OutcomeStatus.ANSWERED);
                answers.put(outcome.terms().requestId(), outcome.output());
            }
        }
        assertThat(answers).hasSize(tasks.size());
        return answers;
    }
}
