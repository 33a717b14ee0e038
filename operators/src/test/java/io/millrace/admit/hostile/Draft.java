package io.millrace.admit.hostile;

import static java.util.stream.Collectors.joining;

import io.millrace.admit.InferenceRequest;
import io.millrace.admit.RequestSignature;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A request in the making. The fields are what its requester means; then it is signed, spelled as
 * JSON and encoded, and defects may lay hands on the result of each step.
 */
final class Draft {

    private static final String[] BLANKS = {"", "", "", " ", "\n", "\t ", "\r\n  "};

    /** The last step: what is produced in place of the text's bytes. */
    @FunctionalInterface
    interface Encoding {
        byte @Nullable [] of(byte[] text);
    }

    final Random random;
    final long appendMillis;

    byte[] key;
    Eip712Domain domain = World.DOMAIN;
    String model = World.MODEL;
    String input = "word";

    /** In place of the input, unless empty. */
    List<String> inputs = List.of();

    /** What the texts are ranked by, unless empty; one text is then sent as a list. */
    String query = "";

    int tokens = 3;
    LongUnaryOperator maxFeeOfFee = fee -> fee;
    long deadlineMillis;
    long nonce;

    /** Of the 65 bytes, as hexadecimal. */
    UnaryOperator<String> signature = same -> same;

    /** Members by name, their values spelled in JSON. */
    final List<Consumer<Map<String, String>>> members = new ArrayList<>();

    UnaryOperator<String> text = same -> same;
    Encoding value = same -> same;

    Draft(Random random, byte[] key, long appendMillis) {
        this.random = random;
        this.key = key;
        this.appendMillis = appendMillis;
        this.deadlineMillis = appendMillis + random.nextInt((int) World.HORIZON_MILLIS);
    }

    long maxFeeNano() {
        return maxFeeOfFee.applyAsLong(World.feeNano(tokens, appendMillis));
    }

    /** No list, but this text. */
    void one(String words) {
        unranked();
        inputs = List.of();
        input = words;
    }

    /** Asks for no ranking. */
    void unranked() {
        query = "";
        model = model.equals(World.RANKER) ? World.MODEL : model;
    }

    /** {@code words} words that the model knows, a token each, and the two that frame a text. */
    void words(int words) {
        one((pick("word", "whale", "river", "money", "ship") + " ").repeat(words));
        tokens = words + 2;
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // the array is only read
    final <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** The request as meant. Signing is what costs, so a draft that nobody checks goes without. */
    InferenceRequest request(boolean signed) {
        RequestSignature typed = new RequestSignature(domain);
        if (signed) {
            return list().isEmpty()
                    ? typed.sign(model, input, maxFeeNano(), deadlineMillis, nonce, key)
                    : typed.sign(model, query, list(), maxFeeNano(), deadlineMillis, nonce, key);
        }
        return new InferenceRequest(
                Secp256k1.address(key),
                model,
                list().isEmpty() ? input : "",
                list(),
                query,
                maxFeeNano(),
                deadlineMillis,
                nonce,
                "0x" + "1".repeat(128) + "1b");
    }

    private List<String> list() {
        return inputs.isEmpty() && !query.isEmpty() ? List.of(input) : inputs;
    }

    /** Value of the record. */
    byte @Nullable [] spelled(InferenceRequest request) {
        Map<String, String> literals = new LinkedHashMap<>();
        literals.put("requester", quoted(request.requester()));
        literals.put("model", quoted(request.model()));
        literals.put("input", literal(request));
        if (request.hasQuery()) {
            literals.put("query", quoted(request.query()));
        }
        literals.put("maxFeeNano", number(request.maxFeeNano()));
        literals.put("deadline", Long.toString(request.deadlineMillis()));
        literals.put("nonce", number(request.nonce()));
        literals.put("signature", quoted(signature.apply(request.signature())));
        members.forEach(change -> change.accept(literals));
        return value.of(text.apply(object(literals)).getBytes(StandardCharsets.UTF_8));
    }

    private String literal(InferenceRequest request) {
        return request.isList()
                ? request.inputs().stream().map(this::quoted).collect(joining(",", "[", "]"))
                : quoted(request.input());
    }

    private static String number(long uint64) {
        String digits = Long.toUnsignedString(uint64);
        return uint64 < 0 || uint64 > InferenceRequest.MAX_NUMBER ? '"' + digits + '"' : digits;
    }

    /** Forges the 65 bytes. */
    void forge(UnaryOperator<byte[]> forgery) {
        signature = hex -> Hex.encode(forgery.apply(Hex.decode(hex)));
    }

    private String object(Map<String, String> literals) {
        List<Map.Entry<String, String>> shuffled = new ArrayList<>(literals.entrySet());
        Collections.shuffle(shuffled, random);
        StringBuilder json = new StringBuilder("{");
        String comma = "";
        for (Map.Entry<String, String> member : shuffled) {
            json.append(comma).append(blank()).append(quoted(member.getKey())).append(blank());
            json.append(':').append(blank()).append(member.getValue()).append(blank());
            comma = ",";
        }
        return json.append('}').toString();
    }

    private String blank() {
        return pick(BLANKS);
    }

    /** A JSON string, now and then with escapes that nothing asks for. */
    String quoted(String plain) {
        boolean large = plain.length() > World.MAX_INPUT_CHARS; // six times as long would not fit
        int escapeEvery = !large && random.nextInt(8) == 0 ? 3 : Integer.MAX_VALUE;
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            boolean must = c < ' ' || c == '"' || c == '\\';
            // A pair of surrogates is escaped by both or by none: half of one is not UTF-8.
            if (must || (!Character.isSurrogate(c) && random.nextInt(escapeEvery) == 0)) {
                json.append(escaped(c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    static String escaped(char c) {
        return "\\u" + HexFormat.of().toHexDigits(c);
    }
}
