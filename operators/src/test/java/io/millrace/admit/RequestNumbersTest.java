package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE_KEY;
import static io.millrace.testing.Fixtures.MODEL;
import static io.millrace.testing.Fixtures.SIGNATURE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.millrace.testing.Fixtures;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Fee limit and nonce are taken as far as the signed struct carries them, and no further. */
class RequestNumbersTest {

    private static final long SEED = 20261128;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final RequestCodec CODEC = new RequestCodec(1 << 16);
    private static final BigInteger LARGEST_NUMBER =
            BigInteger.TWO.pow(53).subtract(BigInteger.ONE);
    private static final BigInteger LARGEST = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

    private static List<BigInteger> numbers() {
        Random random = new Random(SEED);
        List<BigInteger> numbers = new ArrayList<>();
        for (int bits = 0; bits <= 66; bits++) {
            BigInteger power = BigInteger.ONE.shiftLeft(bits);
            for (int near = -3; near <= 3; near++) {
                numbers.add(power.add(BigInteger.valueOf(near)));
            }
            numbers.add(new BigInteger(bits, random));
        }
        for (int digits = 1; digits <= 21; digits++) {
            numbers.add(BigInteger.TEN.pow(digits).subtract(BigInteger.ONE));
            numbers.add(BigInteger.TEN.pow(digits));
        }
        return numbers;
    }

    @Test
    void decode_aroundEveryEdge_takesWhatTheStructCarries() throws IOException {
        JsonSchema schema = schema();
        for (String field : List.of("maxFeeNano", "nonce")) {
            for (BigInteger number : numbers()) {
                boolean uint64 = number.signum() >= 0 && number.compareTo(LARGEST) <= 0;
                boolean plain = uint64 && number.compareTo(LARGEST_NUMBER) <= 0;
                for (String literal : List.of(number.toString(), "\"" + number + "\"")) {
                    boolean right = literal.startsWith("\"") ? uint64 : plain;
                    String json = json(field, literal);
                    String what = "seed %d, %s %s".formatted(SEED, field, literal);
                    assertThat(schema.validate(MAPPER.readTree(json)).isEmpty())
                            .as("%s: by the schema", what)
                            .isEqualTo(right);
                    Decoded decoded = CODEC.decode(json.getBytes(UTF_8));
                    assertThat(decoded instanceof Decoded.Request).as(what).isEqualTo(right);
                    if (decoded instanceof Decoded.Request taken) {
                        assertThat(SIGNATURE.digest(taken.request()))
                                .as("%s: what is signed", what)
                                .isEqualTo(digest(MAPPER.readTree(json)));
                        assertThat(CODEC.decode(CODEC.encode(taken.request())))
                                .as("%s: written again", what)
                                .isEqualTo(decoded);
                    }
                }
            }
        }
    }

    /** The fee limit is compared as the unsigned number it is: a large one is no debt. */
    @Test
    void covers_limitBeyondSigned63Bits_coversEveryFee() {
        assertThat(SIGNATURE.sign(MODEL, "x", -1, 2, 3, ALICE_KEY).covers(Long.MAX_VALUE)).isTrue();
        assertThat(SIGNATURE.sign(MODEL, "x", Long.MIN_VALUE, 2, 3, ALICE_KEY).covers(1)).isTrue();
        assertThat(SIGNATURE.sign(MODEL, "x", 5, 2, 3, ALICE_KEY).covers(6)).isFalse();
        assertThat(SIGNATURE.sign(MODEL, "x", 5, 2, 3, ALICE_KEY).covers(5)).isTrue();
    }

    /** A nonce that a client signed as -0 is none. */
    @Test
    void decode_negativeZero_isNoNumber() {
        for (String field : List.of("maxFeeNano", "nonce", "deadline")) {
            for (String literal : List.of("-0", "\"-0\"")) {
                assertThat(CODEC.decode(json(field, literal).getBytes(UTF_8)))
                        .as("%s %s", field, literal)
                        .isInstanceOfSatisfying(
                                Decoded.Refused.class,
                                refused -> assertThat(refused.message()).contains(field, "sign"));
            }
        }
        String inText = json("nonce", "1").replace("\"text\"", "\"-0\"");
        assertThat(CODEC.decode(inText.getBytes(UTF_8))).isInstanceOf(Decoded.Request.class);
    }

    private static String json(String field, String literal) {
        String json =
                new String(CODEC.encode(SIGNATURE.sign(MODEL, "text", 1, 2, 3, ALICE_KEY)), UTF_8);
        return json.replaceFirst("\"" + field + "\":\\d+", "\"" + field + "\":" + literal);
    }

    /** The struct, hashed by hand. */
    private static byte[] digest(JsonNode request) {
        byte[] struct =
                Keccak.hash(
                        Keccak.hashUtf8(
                                "InferenceRequest(address requester,bytes32 model,bytes32"
                                        + " inputHash,bytes32 optionsHash,uint64 maxFeeNano,"
                                        + "uint64 deadline,uint64 nonce)"),
                        EvmAddress.toWord(request.get("requester").asText()),
                        Hex.decode(request.get("model").asText()),
                        Keccak.hashUtf8(request.get("input").asText()),
                        new byte[32],
                        word(request.get("maxFeeNano")),
                        word(request.get("deadline")),
                        word(request.get("nonce")));
        return Keccak.hash(new byte[] {0x19, 0x01}, Fixtures.DOMAIN.separator(), struct);
    }

    private static byte[] word(JsonNode number) {
        byte[] magnitude = new BigInteger(number.asText()).toByteArray();
        byte[] word = new byte[32];
        System.arraycopy(magnitude, 0, word, 32 - magnitude.length, magnitude.length);
        return word;
    }

    private static JsonSchema schema() throws IOException {
        try (InputStream in =
                requireNonNull(
                        RequestCodec.class.getResourceAsStream("InferenceRequest.schema.json"),
                        "no schema")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(in);
        }
    }
}
