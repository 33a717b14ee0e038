package io.millrace.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.audit.read.JsonFields;
import java.io.IOException;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on a topic is read as what it says, or refused. */
class RecordDecoderTest {

    private static final String ID = "0x" + "1d".repeat(32);

    @Test
    void result_asPublished_idStatusAndPrice() throws IOException {
        String json =
                ("{\"id\":\"%s\",\"object\":\"list\",\"status\":\"answered\","
                     + "\"data\":[{\"embedding\":[0.5]}],"
                     + "\"usage\":{\"prompt_tokens\":12,\"total_tokens\":12},"
                     + "\"charge\":{\"debitNano\":240,\"priceVersion\":1},"
                     + "\"provider\":{\"account\":1,\"signature\":\"0x12\"},\"error\":null}")
                        .formatted(ID);

        KafkaBooks.Result result = RecordDecoder.result(RecordDecoder.fields(json.getBytes(UTF_8)));

        assertThat(result)
                .isEqualTo(
                        new KafkaBooks.Result(
                                ID,
                                "ANSWERED",
                                BigInteger.valueOf(240),
                                BigInteger.valueOf(12),
                                "0x12"));
        assertThat(result.answered()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{", "{\"charge\": 1}", "{\"epoch\": 1}"})
    void receipt_notOne_refused(String json) {
        assertThatThrownBy(() -> RecordDecoder.receipt(RecordDecoder.fields(json.getBytes(UTF_8))))
                .isInstanceOfAny(IOException.class, IllegalArgumentException.class);
    }

    @Test
    void fields_noValue_refused() {
        assertThatThrownBy(() -> RecordDecoder.fields(null)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-1", "1.5", "18446744073709551616", "\"0x10\"", "\"\"", "true", "null"})
    void amount_noUint64_refusedByName(String json) throws IOException {
        JsonFields fields = RecordDecoder.fields(("{\"debitNano\":" + json + "}").getBytes(UTF_8));

        assertThatThrownBy(() -> fields.amount("debitNano"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("debitNano is ");
    }
}
