package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.ALICE_KEY;
import static io.millrace.testing.Fixtures.MODEL;
import static io.millrace.testing.Fixtures.SIGNATURE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestCodecTest {

    private static final RequestCodec CODEC = new RequestCodec(2 << 20);
    private static final InferenceRequest GOOD =
            SIGNATURE.sign(MODEL, "héllo 🚰 \u0000 \"x\"", 1, 2, 3, ALICE_KEY);
    private static final String JSON = new String(CODEC.encode(GOOD), UTF_8);

    private static @Nullable RejectReason reason(byte @Nullable [] value) {
        return CODEC.decode(value) instanceof Decoded.Refused refused ? refused.reason() : null;
    }

    private static @Nullable RejectReason reason(String json) {
        return reason(json.getBytes(UTF_8));
    }

    private static String withInput(String literal) {
        return JSON.replaceFirst(
                "\"input\":\"(\\\\.|[^\"\\\\])*\"", "\"input\":" + literal.replace("\\", "\\\\"));
    }

    @Test
    void decode_encoded_isTheSame() {
        assertThat(CODEC.decode(CODEC.encode(GOOD))).isEqualTo(new Decoded.Request(GOOD));
    }

    @Test
    void decode_upperCaseHex_isCanonical() {
        String upper =
                JSON.replace(ALICE, "0x" + ALICE.substring(2).toUpperCase(java.util.Locale.ROOT));

        assertThat(((Decoded.Request) CODEC.decode(upper.getBytes(UTF_8))).request().requester())
                .isEqualTo(ALICE);
    }

    @Test
    void decode_nothing_malformed() {
        assertThat(reason((byte[]) null)).isEqualTo(RejectReason.MALFORMED);
        assertThat(reason(new byte[0])).isEqualTo(RejectReason.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ",
                "[]",
                "null",
                "7",
                "\"x\"",
                "{",
                "{}{}",
                "{} x",
                "{'a':1}",
                "{\"a\":NaN}",
                "{\"a\":01}",
                "{\"a\":}",
                "{/**/}",
                "\ufeff{}"
            })
    void decode_noJsonObject_malformed(String text) {
        assertThat(reason(text)).isEqualTo(RejectReason.MALFORMED);
    }

    @Test
    void decode_hostileRecords_malformed() {
        assertThat(reason(JSON.getBytes(ISO_8859_1)))
                .as("Latin-1")
                .isEqualTo(RejectReason.MALFORMED);
        assertThat(reason(JSON.getBytes(UTF_16))).as("UTF-16").isEqualTo(RejectReason.MALFORMED);
        assertThat(reason("{}".getBytes(UTF_16LE)))
                .as("UTF-16LE")
                .isEqualTo(RejectReason.MALFORMED);
        assertThat(reason(new byte[] {'{', (byte) 0xc0, (byte) 0x80, '}'}))
                .as("overlong")
                .isEqualTo(RejectReason.MALFORMED);
        assertThat(reason(JSON.replace("{", "{\"nonce\":3,")))
                .as("duplicate")
                .isEqualTo(RejectReason.MALFORMED);
        assertThat(reason(withInput("\"a\u0000b\"")))
                .as("raw NUL")
                .isEqualTo(RejectReason.MALFORMED);
        assertThat(reason(withInput("\"\\ud83d\"")))
                .as("high surrogate alone")
                .isEqualTo(RejectReason.MALFORMED);
        assertThat(reason(withInput("\"\\udeb0\\ud83d\"")))
                .as("swapped")
                .isEqualTo(RejectReason.MALFORMED);
        assertThat(reason("[".repeat(100_000))).as("deep array").isEqualTo(RejectReason.MALFORMED);
        assertThat(reason("{\"a\":".repeat(100_000)))
                .as("deep object")
                .isEqualTo(RejectReason.MALFORMED);
        assertThat(reason("{\"nonce\":" + "9".repeat(1_000_000) + "}"))
                .as("number")
                .isEqualTo(RejectReason.MALFORMED);
        assertThat(reason("{\"" + "k".repeat(100_000) + "\":1}"))
                .as("name")
                .isEqualTo(RejectReason.MALFORMED);
        assertThat(reason(new byte[(2 << 20) + 1]))
                .as("too large")
                .isEqualTo(RejectReason.MALFORMED);
    }

    @Test
    void decode_mebibyteOfText_isOnlyAnInput() {
        assertThat(reason(withInput("\"" + "x".repeat(1 << 20) + "\""))).isNull();
        assertThat(reason(withInput("\"\\ud83d\\udeb0\\u0000\"")))
                .as("pair and escaped NUL")
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "requester",
                "model",
                "input",
                "maxFeeNano",
                "deadline",
                "nonce",
                "signature"
            })
    void decode_fieldMissingOrNull_schemaNamesIt(String field) {
        String absent = JSON.replace("\"" + field + "\":", "\"other\":");
        String nulled =
                JSON.replaceFirst(
                        "\"" + field + "\":(\"(\\\\.|[^\"\\\\])*\"|\\d+)",
                        "\"" + field + "\":null");

        assertThat(reason(absent)).isEqualTo(RejectReason.SCHEMA);
        assertThat(CODEC.decode(nulled.getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        Decoded.Refused.class,
                        refused -> {
                            assertThat(refused.reason()).isEqualTo(RejectReason.SCHEMA);
                            assertThat(refused.message()).contains(field);
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "-1",
        "1.0",
        "1.5",
        "1e3",
        "9007199254740992",
        "99999999999999999999",
        "true",
        "[]",
        "-0",
        "'\"-0\"'"
    })
    void decode_numberNotAWholeOneInRange_schema(String literal) {
        assertThat(reason(JSON.replace("\"nonce\":3", "\"nonce\":" + literal)))
                .isEqualTo(RejectReason.SCHEMA);
    }

    /** Where the fault is, and which: a client used to be sent to line 1, column 1. */
    @Test
    void decode_beyondTheLimitsOfParsing_namesThemAndThePlace() {
        String deep = "{\n \"input\": " + "[".repeat(9) + "]".repeat(9) + "}";
        assertThat(message(deep)).contains("nested deeper than 8 levels", "line 2, column 19");
        assertThat(message("{\"a\":\n\n" + "9".repeat(33) + "}"))
                .contains("more than 32 digits", "line 3, column");
        assertThat(message("{\n\"" + "k".repeat(65) + "\":1}"))
                .contains("more than 64 characters", "line 2, column");
        assertThat(message("{\n\"a\":}")).contains("line 2, column 5", "check its syntax");
    }

    private static String message(String json) {
        return ((Decoded.Refused) CODEC.decode(json.getBytes(UTF_8))).message();
    }

    @Test
    void decode_largestNumber_isTaken() {
        assertThat(reason(JSON.replace("\"nonce\":3", "\"nonce\":9007199254740991"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "7",
                "{}",
                "[]",
                "[\"\"]",
                "[\"x\", 7]",
                "[\"x\", null]",
                "[[\"x\"]]",
                "true"
            })
    void decode_inputNoText_schema(String literal) {
        assertThat(reason(withInput(literal))).isEqualTo(RejectReason.SCHEMA);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0x", "0x12", "12", "0xzz", "0X"})
    void decode_addressOrModelNoHex_schema(String text) {
        assertThat(reason(JSON.replace(ALICE, text))).isEqualTo(RejectReason.SCHEMA);
        assertThat(reason(JSON.replace(MODEL, text))).isEqualTo(RejectReason.SCHEMA);
    }

    @Test
    void decode_listOfTexts_isOneAndComesBack() {
        byte[] sent = withInput("[\"one\",\"two\"]").getBytes(UTF_8);

        InferenceRequest request = CODEC.read(sent).orElseThrow();

        assertThat(request.inputs()).containsExactly("one", "two");
        assertThat(request.input()).isEmpty();
        assertThat(CODEC.read(CODEC.encode(request))).contains(request);
    }

    @Test
    void decode_listWithoutTexts_saysWhichAndWhy() {
        assertThat(message(withInput("[]")))
                .isEqualTo("field \"input\" is an empty list; give at least one text");
        assertThat(message(withInput("[\"x\",\"\"]")))
                .startsWith("text 1 of field \"input\" is empty");
        assertThat(message(withInput("[null]"))).startsWith("text 0 of field \"input\" is no text");
        assertThat(message(withInput("[[\"x\"]]")))
                .startsWith("text 0 of field \"input\" is no text");
    }

    @Test
    void decode_unpairedSurrogateInAList_malformed() {
        assertThat(reason(withInput("[\"one\",\"\\ud83d\"]"))).isEqualTo(RejectReason.MALFORMED);
    }

    @Test
    void decode_noOptions_isTheSameRequest() {
        byte[] with = JSON.replace("{\"", "{\"options\":{},\"").getBytes(UTF_8);

        assertThat(CODEC.read(with)).isEqualTo(CODEC.read(JSON.getBytes(UTF_8))).isPresent();
    }

    @Test
    void decode_unknownOption_refusedByItsName() {
        String with = JSON.replace("{\"", "{\"options\":{\"dimensions\":8},\"");

        assertThat(reason(with)).isEqualTo(RejectReason.SCHEMA);
        assertThat(message(with)).isEqualTo("option \"dimensions\" is unknown; remove it");
    }
}
