package io.millrace.admit.hostile;

import io.millrace.admit.InferenceRequest;
import java.util.ArrayList;
import java.util.List;

/** JSON objects that are not as the schema says, or whose members no parser agrees about. */
final class MemberDefects {

    private static final List<String> TEXTS = List.of("requester", "model", "input", "signature");
    private static final List<String> HEX = List.of("requester", "model", "signature");
    private static final List<String> NUMBERS = List.of("maxFeeNano", "deadline", "nonce");

    /**
     * Literals that are JSON, but neither a whole number in 0..2^53-1 in plain digits nor a text of
     * a uint64.
     */
    private static final List<String> NO_NUMBERS =
            List.of(
                    "-1",
                    "-0",
                    "-0.0",
                    "1.0",
                    "0.5",
                    "1e3",
                    "1E0",
                    "1e400",
                    "-1e400",
                    "1e-400",
                    "1e999999999999",
                    "9007199254740992",
                    "9223372036854775807",
                    "9223372036854775808",
                    "18446744073709551615",
                    "18446744073709551616",
                    "-9223372036854775808",
                    "99999999999999999999999999999999",
                    "\"\"",
                    "\"-0\"",
                    "\"-1\"",
                    "\"+1\"",
                    "\" 1\"",
                    "\"1\\n\"",
                    "\"01\"",
                    "\"1.0\"",
                    "\"1e3\"",
                    "\"\\uff11\"",
                    "\"18446744073709551616\"",
                    "\"100000000000000000000\"",
                    "\"0x1\"",
                    "true");

    /** Literals that are no JSON at all. */
    private static final List<String> NO_JSON =
            List.of(
                    "01",
                    "00",
                    "-01",
                    "+1",
                    ".5",
                    "1.",
                    "0x10",
                    "1_000",
                    "1e",
                    "-",
                    "NaN",
                    "Infinity",
                    "-Infinity",
                    "undefined",
                    "True",
                    "1 2",
                    "",
                    "999999999999999999999999999999999",
                    "\"\\x41\"",
                    "\"\\u12\"",
                    "\"\\ud83\"",
                    "\"open");

    private static final List<String> NO_TEXTS =
            List.of(
                    "null",
                    "7",
                    "true",
                    "[]",
                    "{}",
                    "[\"\"]",
                    "[\"word\",7]",
                    "[\"word\",null]",
                    "[[\"word\"]]",
                    "[\"word\",\"\"]",
                    "{\"a\":1}",
                    "\"\"");

    private static final List<String> NO_HEX =
            List.of(
                    "\"0X11\"",
                    "\"11\"",
                    "\"0xgg\"",
                    "\"0x\\ud83d\"",
                    "\"0x\\u0000\"",
                    "\"0x1\\n\"",
                    "\" 0x11\"",
                    "\"\\uff10x11\"",
                    "\"0x\\uff11\\uff11\"");

    private static final List<String> UNKNOWN =
            List.of(
                    "tip",
                    "Nonce",
                    "nonce ",
                    "requester\u0000",
                    "__proto__",
                    "",
                    "\u0430dmin",
                    "\ud83d\ude80",
                    "n".repeat(64));

    static final List<Defect> ALL = all();

    private MemberDefects() {}

    private static List<Defect> all() {
        List<Defect> defects = new ArrayList<>();
        for (String name : NUMBERS) {
            NO_NUMBERS.forEach(literal -> defects.add(literal(name, literal)));
            NO_JSON.forEach(literal -> defects.add(noJson(name, literal)));
        }
        defects.add(literal("deadline", "\"1\""));
        for (String name : TEXTS) {
            NO_TEXTS.forEach(literal -> defects.add(literal(name, literal)));
            NO_JSON.forEach(literal -> defects.add(noJson(name, literal)));
        }
        for (String name : HEX) {
            NO_HEX.forEach(literal -> defects.add(literal(name, literal)));
        }
        for (String name : List.of("requester", "model")) {
            defects.add(literal(name, "\"0x\""));
            defects.add(literal(name, "\"0x1\""));
            defects.add(literal(name, "\"0x" + "1".repeat(20_000) + "\""));
        }
        defects.add(literal("model", "\"0x" + "1".repeat(63) + "\""));
        defects.add(literal("requester", "\"0x" + "1".repeat(41) + "\""));
        for (String name : all(TEXTS, NUMBERS)) {
            defects.add(
                    Defect.members(
                            "no " + name, draft -> draft.members.add(to -> to.remove(name))));
            defects.add(literal(name, "null"));
            defects.add(duplicate(name));
            defects.add(duplicate(Draft.escaped(name.charAt(0)) + name.substring(1)));
            defects.add(nested(name));
            defects.add(nestedTooDeep(name));
        }
        for (String name : UNKNOWN) {
            defects.add(
                    Defect.members(
                            "an unknown member " + name,
                            draft ->
                                    draft.members.add(
                                            to -> to.put(name, draft.pick("1", "null", "{}")))));
        }
        defects.add(rawMember("an unpaired surrogate as name", "\\ud800", Defect::members));
        defects.add(rawMember("a name too long", "n".repeat(65), Defect::bytes));
        addListsAndOptions(defects);
        return List.copyOf(defects);
    }

    private static void addListsAndOptions(List<Defect> defects) {
        for (int texts : new int[] {InferenceRequest.MAX_TEXTS + 1, 10_000}) {
            String list = "[" + "\"w\",".repeat(texts - 1) + "\"w\"]";
            defects.add(
                    Defect.list(
                            "a list of " + texts + " texts",
                            draft -> draft.members.add(to -> to.put("input", list))));
        }
        for (String options :
                List.of("null", "[]", "\"\"", "7", "{\"dimensions\":8}", "{\"\":{}}")) {
            defects.add(literal("options", options));
        }
        for (String query : List.of("null", "[]", "\"\"", "7", "{}", "[\"word\"]")) {
            defects.add(literal("query", query));
        }
        defects.add(
                Defect.members(
                        "a query for one text",
                        draft ->
                                draft.members.add(
                                        to -> {
                                            to.put("query", "\"word\"");
                                            to.put("input", "\"word\"");
                                        })));
        for (String text : List.of("\\ud83d", "\\ude80", "\\ude80\\ud83d", "word \\udbff word")) {
            defects.add(
                    Defect.text(
                            "an unpaired surrogate " + text,
                            draft -> draft.members.add(to -> to.put("input", '"' + text + '"'))));
        }
    }

    @FunctionalInterface
    private interface Kind {
        Defect of(String name, Defect.Plant plant);
    }

    private static Defect literal(String name, String literal) {
        String shown = literal.length() > 99 ? literal.substring(0, 9) + "..." : literal;
        return Defect.members(
                name + " is " + shown, draft -> draft.members.add(to -> to.put(name, literal)));
    }

    private static Defect noJson(String name, String literal) {
        return Defect.bytes(
                name + " is " + literal, draft -> draft.members.add(to -> to.put(name, literal)));
    }

    /** A second member of that name, however spelled; parsers differ in which one they believe. */
    private static Defect duplicate(String spelling) {
        return Defect.bytes(
                "a second " + spelling,
                draft ->
                        draft.text =
                                json ->
                                        draft.random.nextBoolean()
                                                ? "{\"" + spelling + "\":1," + json.substring(1)
                                                : json.substring(0, json.length() - 1)
                                                        + ",\""
                                                        + spelling
                                                        + "\":\"\"}");
    }

    private static Defect nested(String name) {
        return Defect.members(
                name + " is nested",
                draft -> {
                    int depth = 1 + draft.random.nextInt(7);
                    draft.members.add(to -> to.put(name, "[".repeat(depth) + "]".repeat(depth)));
                });
    }

    private static Defect nestedTooDeep(String name) {
        return Defect.bytes(
                name + " is nested too deep",
                draft -> {
                    int depth = 8 + draft.random.nextInt(2000);
                    String literal =
                            draft.random.nextBoolean()
                                    ? "[".repeat(depth) + "]".repeat(depth)
                                    : "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
                    draft.members.add(to -> to.put(name, literal));
                });
    }

    private static Defect rawMember(String name, String spelling, Kind kind) {
        return kind.of(
                name, draft -> draft.text = json -> "{\"" + spelling + "\":1," + json.substring(1));
    }

    private static List<String> all(List<String> some, List<String> others) {
        List<String> both = new ArrayList<>(some);
        both.addAll(others);
        return both;
    }
}
