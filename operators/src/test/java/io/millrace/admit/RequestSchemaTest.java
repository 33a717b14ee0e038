package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE_KEY;
import static io.millrace.testing.Fixtures.MODEL;
import static io.millrace.testing.Fixtures.SIGNATURE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.millrace.testing.PageExample;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The published schema, by an independent validator, is the oracle of the hand-written decoding.
 */
class RequestSchemaTest {

    private static final long SEED = 20261122;
    private static final int DOCUMENTS = 8_000;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final RequestCodec CODEC = new RequestCodec(1 << 16);
    private static final List<String> LITERALS =
            List.of(
                    "0",
                    "-0",
                    "-1",
                    "1",
                    "7.5",
                    "2.0",
                    "1e3",
                    "9007199254740991",
                    "9007199254740992",
                    "1e400",
                    "123456789012345678901234567890",
                    "null",
                    "true",
                    "[]",
                    "{}",
                    "[1]",
                    "[\"x\"]",
                    "[\"x\",\"\"]",
                    "{\"a\":1}",
                    "\"\"",
                    "\"0x\"",
                    "\"x\"",
                    "\"0x1\"",
                    "\"0xAbCd\"",
                    "\"0x\\n\"",
                    "\"\\u0000\"",
                    "\"1\"",
                    "\"0\"",
                    "\"-0\"",
                    "\"01\"",
                    "\"1\\n\"",
                    "\"9007199254740992\"",
                    "\"18446744073709551615\"",
                    "\"18446744073709551616\"",
                    "\"" + MODEL + "\"",
                    "\"" + MODEL + "\\n\"",
                    "\"" + MODEL.substring(0, 42) + "\"",
                    "\"" + MODEL.substring(0, 41) + "g\"");

    private static JsonSchema schema() throws IOException {
        try (InputStream in =
                requireNonNull(
                        RequestCodec.class.getResourceAsStream("InferenceRequest.schema.json"),
                        "no schema")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(in);
        }
    }

    @Test
    void decode_mutatedDocuments_agreesWithTheSchema() throws IOException {
        JsonSchema schema = schema();
        Random random = new Random(SEED);
        int accepted = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            String text = mutate(random);
            Decoded decoded = CODEC.decode(text.getBytes(UTF_8));
            boolean bySchema;
            try {
                bySchema = schema.validate(MAPPER.readTree(text)).isEmpty();
            } catch (JsonProcessingException e) {
                bySchema = false;
            }
            boolean byCodec = decoded instanceof Decoded.Request;
            accepted += byCodec ? 1 : 0;
            if (byCodec != bySchema) {
                // The schema cannot see how a whole number was spelled: 2.0, 1e3 and -0 are
                // integers to it.
                assertThat(!byCodec && hasSpelledNumber(text))
                        .as(
                                "seed %s, document %s: schema %s, codec %s: %s",
                                SEED, i, bySchema, decoded, text)
                        .isTrue();
            }
        }
        assertThat(accepted)
                .as("seed %s tries both sides", SEED)
                .isBetween(DOCUMENTS / 20, DOCUMENTS * 19 / 20);
    }

    @Test
    void schema_ownEncoding_isAsThePageShowsIt() throws IOException {
        byte[] encoded = CODEC.encode(SIGNATURE.sign(MODEL, "text", 1, 2, 3, ALICE_KEY));
        assertThat(PageExample.shape(PageExample.under("Requests")))
                .isEqualTo(PageExample.shape(MAPPER.readTree(encoded)));
    }

    @Test
    void schema_ownEncoding_isValid() throws IOException {
        byte[] encoded = CODEC.encode(SIGNATURE.sign(MODEL, "text", 1, 2, 3, ALICE_KEY));

        assertThat(schema().validate(MAPPER.readTree(encoded))).isEmpty();
    }

    private static boolean hasSpelledNumber(String text) throws IOException {
        JsonNode node = MAPPER.readTree(text);
        for (String field : List.of("maxFeeNano", "deadline", "nonce")) {
            if (node.path(field).isFloatingPointNumber()
                    || text.matches(".*\"" + field + "\":-0[,}].*")) {
                return true;
            }
        }
        return false;
    }

    private static String mutate(Random random) throws IOException {
        byte[] good =
                CODEC.encode(
                        SIGNATURE.sign(
                                MODEL,
                                "w".repeat(1 + random.nextInt(9)),
                                random.nextInt(99),
                                5,
                                6,
                                ALICE_KEY));
        ObjectNode node = (ObjectNode) MAPPER.readTree(good);
        List<String> fields =
                List.of(
                        "requester",
                        "model",
                        "input",
                        "query",
                        "maxFeeNano",
                        "deadline",
                        "nonce",
                        "signature",
                        "options",
                        "extra");
        String text = node.toString();
        int mutations = random.nextInt(3);
        for (int m = 0; m < mutations; m++) {
            String field = fields.get(random.nextInt(fields.size()));
            switch (random.nextInt(4)) {
                case 0 -> node.remove(field);
                case 1 -> {
                    int at = random.nextInt(text.length());
                    return text.substring(0, at)
                            + (char) (32 + random.nextInt(95))
                            + text.substring(at + 1);
                }
                case 2 -> {
                    String literal = LITERALS.get(random.nextInt(LITERALS.size()));
                    String marked = node.put(field, "@").toString();
                    return marked.replace("\"@\"", literal);
                }
                default -> node.set(field, node.get(fields.get(random.nextInt(8))));
            }
        }
        return node.toString();
    }
}
