package io.millrace.settle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.meter.Charge;
import io.millrace.settle.earned.EarnedBefore;
import io.millrace.testing.ChargeBuilder;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReceiptLeafTest {

    @Test
    void receiptLeaf_sharedVectors_digestsAndSumsAgree() throws IOException {
        JsonNode file =
                new ObjectMapper()
                        .readTree(
                                Path.of("..", "contracts", "test", "vectors", "receipt-leaf.json")
                                        .toFile());
        JsonNode domain = file.get("domain");
        ReceiptLeaf leaf =
                new ReceiptLeaf(
                        new Eip712Domain(
                                domain.get("chainId").asLong(),
                                domain.get("verifyingContract").asText()));

        int tested = 0;
        for (JsonNode vector : file.get("cases")) {
            if (!isCharge(vector)) {
                continue; // no charge of today has such credits, or was allocated
            }
            tested++;
            SumNode node =
                    leaf.of(
                            charge(vector),
                            vector.get("shard").asInt(),
                            vector.get("index").asInt(),
                            new EarnedBefore(beforeNano(vector, 0), beforeNano(vector, 1)));

            assertThat(node)
                    .as(vector.get("name").asText())
                    .isEqualTo(
                            SumNode.of(
                                    vector.get("digest").asText(),
                                    vector.get("debitNano").asLong()));
        }
        assertThat(tested).isGreaterThanOrEqualTo(5);
    }

    private static boolean isCharge(JsonNode vector) {
        long credited = 0;
        for (JsonNode line : vector.get("credits")) {
            credited += amount(line);
        }
        return credited == vector.get("debitNano").asLong()
                && vector.get("credits").size() < 3
                && vector.get("allocation").asText().equals(Hex.ZERO_32);
    }

    private static long feeNano(JsonNode vector) {
        JsonNode second = vector.get("credits").get(1);
        return second == null ? 0 : amount(second);
    }

    private static long beforeNano(JsonNode vector, int line) {
        JsonNode word = vector.get("credits").get(line);
        return word == null ? 0 : new BigInteger(word.asText()).shiftRight(96).longValue();
    }

    private static long amount(JsonNode line) {
        return new BigInteger(line.asText()).longValue();
    }

    private static Charge charge(JsonNode vector) {
        return ChargeBuilder.charge()
                .id(vector.get("requestId").asText())
                .requester(vector.get("requesterAccount").asInt(), EvmAddress.ZERO)
                .sequence(vector.get("sequence").asLong())
                .provider(vector.get("providerAccount").asInt(), EvmAddress.ZERO)
                .model(vector.get("model").asText())
                .units(vector.get("units").asLong())
                .price(
                        vector.get("priceNanoPerMillion").asLong(),
                        vector.get("priceVersion").asInt())
                .amounts(vector.get("debitNano").asLong(), feeNano(vector))
                .outcome(vector.get("outcome").asText())
                .admittedMillis(vector.get("admittedMillis").asLong())
                .build();
    }
}
