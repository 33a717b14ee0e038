package io.millrace.admit.hostile;

import static io.millrace.admit.InferenceRequest.MAX_TEXTS;

import io.millrace.admit.InferenceRequest;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Requests at the edge of what is allowed, or oddly spelled: all of them must be taken. */
final class HarmlessForms {

    static final List<Defect.Plant> ALL =
            List.of(
                    draft -> draft.deadlineMillis = draft.appendMillis,
                    draft -> draft.deadlineMillis = draft.appendMillis + 1,
                    draft -> draft.deadlineMillis = draft.appendMillis + World.HORIZON_MILLIS,
                    draft -> draft.maxFeeOfFee = fee -> InferenceRequest.MAX_NUMBER,
                    draft -> draft.maxFeeOfFee = fee -> fee + 1,
                    draft -> draft.nonce = 0,
                    draft -> draft.nonce = InferenceRequest.MAX_NUMBER,
                    draft -> draft.nonce = InferenceRequest.MAX_NUMBER + 1,
                    draft -> draft.nonce = Long.MIN_VALUE,
                    draft -> draft.nonce = -1, // 2^64 - 1
                    draft -> draft.maxFeeOfFee = fee -> -1,
                    draft -> draft.members.add(to -> quote(to, "nonce")),
                    draft -> draft.members.add(to -> quote(to, "maxFeeNano")),
                    draft -> draft.words(World.MAX_TOKENS - 2),
                    draft -> draft.words(World.MAX_TOKENS - 3),
                    draft -> input(draft, "x".repeat(World.MAX_INPUT_CHARS), 3),
                    draft -> input(draft, "\u0000", 2),
                    draft -> input(draft, "word\u0000 \u0001word", 4),
                    draft -> input(draft, "\ud83d\ude80", 3),
                    draft -> input(draft, "word \ud83d\ude80 word", 5),
                    draft -> input(draft, "word \" word", 5),
                    draft -> input(draft, "word \\ word", 5),
                    draft -> input(draft, "\ufeffword\u200b", 3),
                    draft -> inputs(draft, List.of("word"), 3),
                    draft -> inputs(draft, List.of("word", "word word", "word"), 10),
                    draft -> inputs(draft, Collections.nCopies(MAX_TEXTS, "ship"), 3 * MAX_TEXTS),
                    draft -> draft.members.add(to -> upperCase(to, "requester")),
                    draft -> draft.members.add(to -> upperCase(to, "model")),
                    draft -> draft.members.add(to -> upperCase(to, "signature")),
                    draft -> draft.model = draft.query.isEmpty() ? World.TWIN : World.RANKER,
                    draft -> ranked(draft, "word", List.of("word word"), 6),
                    draft -> ranked(draft, "ship word", List.of("word", "word word"), 13),
                    draft -> draft.text = json -> "\n " + json + "\t\r\n",
                    draft -> draft.text = HarmlessForms::withEscapedNames);

    /** The longest record that is read; for now and then. */
    static final Defect.Plant AS_LARGE_AS_CAN_BE =
            draft -> draft.text = json -> json + " ".repeat(World.MAX_RECORD_BYTES - bytes(json));

    private HarmlessForms() {}

    private static void input(Draft draft, String input, int tokens) {
        draft.one(input);
        draft.tokens = tokens;
    }

    private static void inputs(Draft draft, List<String> texts, int tokens) {
        draft.unranked();
        draft.inputs = texts;
        draft.tokens = tokens;
    }

    /** Three tokens frame a pair. */
    private static void ranked(Draft draft, String query, List<String> texts, int tokens) {
        draft.model = World.RANKER;
        draft.query = query;
        draft.inputs = texts;
        draft.tokens = tokens;
    }

    /** As a client does that quotes every uint64. */
    private static void quote(Map<String, String> literals, String member) {
        literals.computeIfPresent(
                member,
                (name, literal) -> literal.startsWith("\"") ? literal : '"' + literal + '"');
    }

    private static void upperCase(Map<String, String> literals, String member) {
        literals.computeIfPresent(
                member,
                (name, literal) ->
                        literal.contains("\\")
                                ? literal
                                : "\"0x" + literal.substring(3).toUpperCase(Locale.ROOT));
    }

    private static String withEscapedNames(String json) {
        return json.replaceAll("\"n(?=once\"\\s*:)", "\"\\\\u006e")
                .replaceAll("\"i(?=nput\"\\s*:)", "\"\\\\u0069");
    }

    private static int bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8).length;
    }
}
