package io.millrace.admit.hostile;

import static io.millrace.admit.RejectReason.DEADLINE_TOO_FAR;
import static io.millrace.admit.RejectReason.EXPIRED;
import static io.millrace.admit.RejectReason.MODEL_INACTIVE;
import static io.millrace.admit.RejectReason.QUERY_MISSING;
import static io.millrace.admit.RejectReason.QUERY_UNEXPECTED;
import static io.millrace.admit.RejectReason.UNKNOWN_MODEL;

import io.millrace.admit.InferenceRequest;
import io.millrace.testing.Fixtures;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Secp256k1;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Well-formed requests that claim what is not so. */
final class ClaimDefects {

    static final List<Defect> ALL = all();

    private ClaimDefects() {}

    private static List<Defect> all() {
        List<Defect> defects = new ArrayList<>();
        addModels(defects);
        addDeadlines(defects);
        addSizesAndFees(defects);
        addTasks(defects);
        addForgeries(defects);
        for (SignatureForms.Form form : SignatureForms.ALL) {
            // Each a few times, for there are as many ways to forge as to misspell.
            for (int i = 0; i < 3; i++) {
                defects.add(
                        Defect.signature(
                                "signature: " + form.name(),
                                draft ->
                                        draft.forge(
                                                bytes -> form.of().apply(bytes, draft.random))));
            }
        }
        return List.copyOf(defects);
    }

    private static void addModels(List<Defect> defects) {
        defects.add(Defect.model("no such model", UNKNOWN_MODEL, Fixtures.id("nowhere")));
        defects.add(Defect.model("model of zeros", UNKNOWN_MODEL, "0x" + "0".repeat(64)));
        defects.add(Defect.model("unserved model", UNKNOWN_MODEL, World.UNSERVED));
        defects.add(Defect.model("model without price", UNKNOWN_MODEL, World.UNPRICED));
        defects.add(Defect.model("proposed model", MODEL_INACTIVE, World.PROPOSED));
        defects.add(Defect.model("revoked model", MODEL_INACTIVE, World.REVOKED));
    }

    private static void addDeadlines(List<Defect> defects) {
        for (long beforeMillis : new long[] {1, 2, 1000, World.HORIZON_MILLIS}) {
            defects.add(
                    Defect.deadline(
                            "deadline " + beforeMillis + " ms before its append time",
                            EXPIRED,
                            draft -> draft.deadlineMillis = draft.appendMillis - beforeMillis));
        }
        defects.add(Defect.deadline("deadline 0", EXPIRED, draft -> draft.deadlineMillis = 0));
        defects.add(
                Defect.deadline(
                        "deadline in seconds",
                        EXPIRED,
                        draft -> draft.deadlineMillis = draft.appendMillis / 1000 + 60));
        for (long beyondMillis : new long[] {1, 2, 1000, 86_400_000}) {
            defects.add(
                    Defect.deadline(
                            "deadline " + beyondMillis + " ms beyond the horizon",
                            DEADLINE_TOO_FAR,
                            draft ->
                                    draft.deadlineMillis =
                                            draft.appendMillis
                                                    + World.HORIZON_MILLIS
                                                    + beyondMillis));
        }
        defects.add(
                Defect.deadline(
                        "the last deadline of all",
                        DEADLINE_TOO_FAR,
                        draft -> draft.deadlineMillis = InferenceRequest.MAX_NUMBER));
        defects.add(
                Defect.deadline(
                        "deadline in microseconds",
                        DEADLINE_TOO_FAR,
                        draft -> draft.deadlineMillis = draft.appendMillis * 1000));
    }

    private static void addSizesAndFees(List<Defect> defects) {
        for (int i = 0; i < 3; i++) {
            defects.add(
                    Defect.length(
                            "one character too many",
                            draft -> draft.one("x".repeat(World.MAX_INPUT_CHARS + 1))));
            defects.add(
                    Defect.tokens(
                            "one token too many", draft -> draft.words(World.MAX_TOKENS - 1)));
            defects.add(
                    Defect.tokens(
                            "many tokens",
                            draft -> draft.words(World.MAX_TOKENS + draft.random.nextInt(50))));
            defects.add(
                    Defect.tokens(
                            "one token too many in the last text of a list",
                            draft -> {
                                draft.words(World.MAX_TOKENS - 1);
                                draft.inputs = List.of("word", draft.input);
                            }));
            defects.add(
                    Defect.length(
                            "one character too many in the last text of a list",
                            draft -> {
                                draft.input = "x".repeat(World.MAX_INPUT_CHARS + 1);
                                draft.inputs = List.of("word", draft.input);
                            }));
            defects.add(
                    Defect.fee("a nano-USD short", draft -> draft.maxFeeOfFee = fee -> fee - 1));
            defects.add(Defect.fee("nothing offered", draft -> draft.maxFeeOfFee = fee -> 0));
            defects.add(Defect.fee("half the fee", draft -> draft.maxFeeOfFee = fee -> fee / 2));
        }
        defects.add(
                Defect.length(
                        "a query of one character too many",
                        draft -> {
                            draft.model = World.RANKER;
                            draft.query = "x".repeat(World.MAX_INPUT_CHARS + 1);
                        }));
        defects.add(Defect.length("200 kB of input", draft -> draft.one("word ".repeat(40_000))));
    }

    private static void addTasks(List<Defect> defects) {
        for (int i = 0; i < 3; i++) {
            defects.add(
                    Defect.task(
                            "a query for a model of embeddings",
                            QUERY_UNEXPECTED,
                            draft -> draft.query = "word"));
            defects.add(
                    Defect.task(
                            "no query for a re-ranker",
                            QUERY_MISSING,
                            draft -> draft.model = World.RANKER));
        }
    }

    private static void addForgeries(List<Defect> defects) {
        for (long chain : new long[] {0, 1, 10, 31336, Long.MAX_VALUE}) {
            defects.add(domain("of chain " + chain, new Eip712Domain(chain, World.DOMAIN.vault())));
        }
        for (String vault : List.of(EvmAddress.ZERO, Fixtures.BOB)) {
            defects.add(
                    domain("of vault " + vault, new Eip712Domain(World.DOMAIN.chainId(), vault)));
        }
        for (int i = 0; i < 5; i++) {
            defects.add(
                    changed(
                            "another requester",
                            draft -> {
                                String victim = Secp256k1.address(victim(draft));
                                draft.members.add(to -> to.put("requester", quoted(victim)));
                            }));
            defects.add(
                    changed(
                            "nobody as requester",
                            draft ->
                                    draft.members.add(
                                            to -> to.put("requester", quoted(EvmAddress.ZERO)))));
            defects.add(
                    changed(
                            "another model",
                            draft -> draft.members.add(to -> otherServed(draft, to))));
            defects.add(
                    changed(
                            "another text",
                            draft ->
                                    draft.members.add(
                                            to ->
                                                    to.put(
                                                            "input",
                                                            reworded(
                                                                    draft, "or " + draft.input)))));
            defects.add(
                    changed(
                            "a text with a blank more",
                            draft ->
                                    draft.members.add(
                                            to ->
                                                    to.put(
                                                            "input",
                                                            reworded(draft, draft.input + " ")))));
            defects.add(changed("in another list", ClaimDefects::listInput));
            defects.add(changed("a higher cap", draft -> add(draft, "maxFeeNano", 1)));
            defects.add(changed("a lower cap", draft -> add(draft, "maxFeeNano", -1)));
            defects.add(changed("another nonce", draft -> add(draft, "nonce", 1)));
            defects.add(
                    changed(
                            "another deadline",
                            draft -> draft.members.add(to -> otherDeadline(draft, to))));
        }
    }

    private static Defect domain(String name, Eip712Domain domain) {
        return Defect.signature("signed under the domain " + name, draft -> draft.domain = domain);
    }

    private static Defect changed(String name, Defect.Plant change) {
        return Defect.signature("after signing: " + name, change);
    }

    private static void add(Draft draft, String member, long difference) {
        draft.maxFeeOfFee = fee -> fee + 5;
        draft.members.add(to -> increase(to, member, difference));
    }

    private static void increase(Map<String, String> literals, String member, long difference) {
        long signed = Long.parseLong(literals.getOrDefault(member, "0"));
        literals.put(member, Long.toString(signed + difference));
    }

    /** The deadline next to it that the check of deadlines says the same of. */
    private static void otherDeadline(Draft draft, Map<String, String> literals) {
        long signed = draft.deadlineMillis;
        boolean earlier =
                signed == draft.appendMillis - 1
                        || signed == draft.appendMillis + World.HORIZON_MILLIS
                        || signed == InferenceRequest.MAX_NUMBER;
        literals.put("deadline", Long.toString(earlier ? signed - 1 : signed + 1));
    }

    /** Another that is served; a defect of the model itself stays. */
    private static void otherServed(Draft draft, Map<String, String> literals) {
        if (draft.model.equals(World.MODEL) || draft.model.equals(World.RANKER)) {
            literals.put("model", quoted(World.TWIN));
        }
    }

    private static String reworded(Draft draft, String text) {
        String literal = draft.quoted(text);
        return draft.query.isEmpty() ? literal : "[" + literal + "]";
    }

    private static void listInput(Draft draft) {
        draft.members.add(to -> to.computeIfPresent("input", ClaimDefects::inAnotherList));
    }

    /** Signed was a text, or a list of other texts. */
    private static String inAnotherList(String name, String input) {
        return input.startsWith("[") ? "[\"or\"," + input.substring(1) : "[" + input + "]";
    }

    private static byte[] victim(Draft draft) {
        List<byte[]> others = World.FUNDED.stream().filter(key -> key != draft.key).toList();
        return others.get(draft.random.nextInt(others.size()));
    }

    private static String quoted(String plain) {
        return '"' + plain + '"';
    }
}
