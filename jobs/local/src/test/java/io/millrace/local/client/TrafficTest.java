package io.millrace.local.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admit.InferenceRequest;
import io.millrace.admit.RejectReason;
import io.millrace.admit.RequestCodec;
import io.millrace.admit.RequestSignature;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrafficTest {

    private static final byte[] FIRST = Keccak.hashUtf8("first");
    private static final byte[] SECOND = Keccak.hashUtf8("second");
    private static final byte[] POOR = Keccak.hashUtf8("poor");
    private static final byte[] STRANGER = Keccak.hashUtf8("stranger");

    private final Traffic traffic =
            new Traffic(
                    new RequestSignature(new Eip712Domain(1, "0x" + "11".repeat(20))),
                    Hex.encode(Keccak.hashUtf8("model")),
                    List.of(FIRST, SECOND),
                    List.of("one", "two", "three"),
                    1_800_000_000_000L);

    @Test
    void good_signedByItsRequester_keyAndIdAgree() throws Exception {
        Traffic.Item item = traffic.goodRequest(1);
        JsonNode json = new ObjectMapper().readTree(item.value());
        assertThat(json.path("input").asText()).isEqualTo("two");
        assertThat(item.key()).isEqualTo(Secp256k1.address(SECOND));
        assertThat(
                        Secp256k1.recover(
                                Hex.decode(item.requestId()),
                                Hex.decode(json.path("signature").asText())))
                .contains(item.key());
    }

    @Test
    void mixed_manyRequests_aTenthBadForEveryReasonAClientCanCause() throws Exception {
        List<Traffic.Item> items = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
            items.add(traffic.mixed(i, POOR, STRANGER));
        }
        Set<RejectReason> faults = EnumSet.noneOf(RejectReason.class);
        items.stream().filter(i -> i.fault() != null).forEach(i -> faults.add(i.fault()));

        assertThat(items.stream().filter(TrafficTest::isList)).as("good lists").hasSize(24);
        assertThat(items.stream().filter(item -> item.fault() != null)).hasSize(24);
        assertThat(faults)
                .isEqualTo(
                        EnumSet.complementOf(
                                EnumSet.of(
                                        RejectReason.MODEL_INACTIVE, RejectReason.QUERY_MISSING)));
    }

    private static boolean isList(Traffic.Item item) {
        return item.fault() == null
                && new RequestCodec(1 << 16)
                        .read(item.value())
                        .filter(InferenceRequest::isList)
                        .isPresent();
    }

    @Test
    void mixed_duplicate_isTheRequestBeforeByteForByte() throws Exception {
        for (int i = 1; i < 220; i++) {
            Traffic.Item item = traffic.mixed(i, POOR, STRANGER);
            if (item.fault() == RejectReason.DUPLICATE) {
                assertThat(item.value()).isEqualTo(traffic.mixed(i - 1, POOR, STRANGER).value());
                return;
            }
        }
        throw new AssertionError("no duplicate among 220 requests");
    }
}
