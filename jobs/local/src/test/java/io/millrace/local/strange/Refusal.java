package io.millrace.local.strange;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One way to say no.
 *
 * @param shape of the answer
 * @param status of HTTP
 * @param code of JSON-RPC, if the shape has one
 * @param words in no table
 * @param laterSeconds in a header Retry-After, 0 for none
 */
record Refusal(Shape shape, int status, int code, String words, int laterSeconds) {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<Integer> CLIENT_ERRORS =
            List.of(400, 401, 402, 403, 404, 405, 408, 409, 413, 414, 418, 422, 451);
    private static final List<Integer> SERVER_ERRORS = List.of(500, 501, 502, 503, 504, 520, 529);
    private static final int TOO_MANY = 429;
    private static final int REVERTED = 3;

    /** What it looks like. */
    enum Shape {
        /** As JSON-RPC has it. */
        ERROR,
        /** With a text where the error should be. */
        TEXT,
        /** An error without a code. */
        NO_CODE,
        /** Some JSON, neither a result nor an error. */
        OTHER_JSON,
        /** A null where the result should be. */
        NOTHING,
        /** A page of HTML. */
        PAGE,
        /** The end of the connection, without a byte. */
        HANG_UP,
        /** Headers, and half of what they promise. */
        HALF;

        /** Whether it can be one answer of a batch. */
        boolean isAnswer() {
            return this != PAGE && this != HANG_UP && this != HALF;
        }
    }

    Refusal {
        requireNonNull(shape, "shape is null");
        requireNonNull(words, "words is null");
    }

    /** Any. */
    static Refusal any(Random random) {
        return of(random, List.of(Shape.values()));
    }

    /** One of a node that was heard: no fault of the line. */
    static Refusal spoken(Random random) {
        return of(
                random, List.of(Shape.ERROR, Shape.TEXT, Shape.NO_CODE, Shape.NOTHING, Shape.PAGE));
    }

    /** What a limiter says, for {@code seconds} to come. */
    static Refusal tooFast(Random random, int seconds) {
        return new Refusal(Shape.PAGE, TOO_MANY, 0, words(random), seconds);
    }

    private static Refusal of(Random random, List<Shape> shapes) {
        Shape shape = shapes.get(random.nextInt(shapes.size()));
        List<Integer> errors = random.nextBoolean() ? CLIENT_ERRORS : SERVER_ERRORS;
        int error = errors.get(random.nextInt(errors.size()));
        boolean wellMannered = shape.isAnswer() && random.nextInt(4) > 0;
        return new Refusal(shape, wellMannered ? 200 : error, code(random), words(random), 0);
    }

    /** Not the one that means that the EVM has reverted: nobody can tell those apart. */
    private static int code(Random random) {
        int code = random.nextBoolean() ? -33_000 + random.nextInt(2_000) : random.nextInt(5_000);
        return code == REVERTED ? REVERTED + 1 : code;
    }

    /** The answer to the request with this id; only of a shape that is one. */
    ObjectNode answer(JsonNode id) {
        ObjectNode answer = JSON.objectNode().put("jsonrpc", "2.0");
        answer.set("id", id);
        switch (shape) {
            case ERROR -> answer.putObject("error").put("code", code).put("message", words);
            case TEXT -> answer.put("error", words);
            case NO_CODE -> answer.putObject("error").put("message", words);
            case OTHER_JSON -> answer.put("detail", words);
            case NOTHING -> answer.putNull("result");
            case PAGE, HANG_UP, HALF -> throw new IllegalStateException(shape + " is no answer");
        }
        return answer;
    }

    /** Says it to a whole request. */
    void write(HttpExchange exchange, JsonNode id) throws IOException {
        if (shape == Shape.HANG_UP) {
            return; // closing an exchange without an answer ends the connection
        }
        if (laterSeconds > 0) {
            exchange.getResponseHeaders().set("Retry-After", Integer.toString(laterSeconds));
        }
        String text = shape.isAnswer() ? answer(id).toString() : "<html>" + words + "</html>";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(shape == Shape.HALF ? 200 : status, bytes.length);
        exchange.getResponseBody()
                .write(bytes, 0, shape == Shape.HALF ? bytes.length / 2 : bytes.length);
        exchange.getResponseBody().flush();
    }

    private static String words(Random random) {
        return IntStream.range(0, 1 + random.nextInt(6))
                .mapToObj(i -> word(random))
                .collect(Collectors.joining(" "));
    }

    private static String word(Random random) {
        if (random.nextInt(6) == 0) {
            return Integer.toString(random.nextInt(100_000));
        }
        StringBuilder word = new StringBuilder();
        int letters = 2 + random.nextInt(9);
        for (int i = 0; i < letters; i++) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }

    @Override
    public String toString() {
        return "%s %d %d \"%s\"".formatted(shape, status, code, words);
    }
}
