package io.millrace.admit.hostile;

import io.millrace.admit.InferenceRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Requests at the edge of what is allowed, or oddly spelled: all of them must be taken. */
final class HarmlessForms {

    static final List<Defect.Plant> ALL =
            List.of(
                    it -> it.deadlineMillis = it.appendMillis,
                    it -> it.deadlineMillis = it.appendMillis + 1,
                    it -> it.deadlineMillis = it.appendMillis + World.HORIZON_MILLIS,
                    it -> it.maxFeeOfFee = fee -> InferenceRequest.MAX_NUMBER,
                    it -> it.maxFeeOfFee = fee -> fee + 1,
                    it -> it.nonce = 0,
                    it -> it.nonce = InferenceRequest.MAX_NUMBER,
                    HarmlessForms::negativeZero,
                    it -> it.words(World.MAX_TOKENS - 2),
                    it -> it.words(World.MAX_TOKENS - 3),
                    it -> input(it, "x".repeat(World.MAX_INPUT_CHARS), 3),
                    it -> input(it, "\u0000", 2),
                    it -> input(it, "word\u0000 \u0001word", 4),
                    it -> input(it, "\ud83d\ude80", 3),
                    it -> input(it, "word \ud83d\ude80 word", 5),
                    it -> input(it, "word \" word", 5),
                    it -> input(it, "word \\ word", 5),
                    it -> input(it, "\ufeffword\u200b", 3),
                    it -> it.members.add(to -> upperCase(to, "requester")),
                    it -> it.members.add(to -> upperCase(to, "model")),
                    it -> it.members.add(to -> upperCase(to, "signature")),
                    it -> it.model = World.TWIN,
                    it -> it.text = json -> "\n " + json + "\t\r\n",
                    it -> it.text = HarmlessForms::withEscapedNames);

    /** The longest record that is read; for now and then. */
    static final Defect.Plant AS_LARGE_AS_CAN_BE =
            it -> it.text = json -> json + " ".repeat(World.MAX_RECORD_BYTES - bytes(json));

    private HarmlessForms() {}

    private static void input(Draft draft, String input, int tokens) {
        draft.input = input;
        draft.tokens = tokens;
    }

    /** JSON has a negative zero; it is zero. */
    private static void negativeZero(Draft draft) {
        draft.nonce = 0;
        draft.members.add(to -> to.replace("nonce", "0", "-0"));
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
