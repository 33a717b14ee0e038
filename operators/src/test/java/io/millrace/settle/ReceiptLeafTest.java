package io.millrace.settle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.meter.Charge;
import io.millrace.testing.ChargeBuilder;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import java.io.IOException;
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

        for (JsonNode vector : file.get("cases")) {
            if (vector.get("name").asText().equals("extremes")) {
                continue; // three amounts of 2^63-1: a charge out of balance cannot exist here
            }
            SumNode node =
                    leaf.of(
                            charge(vector),
                            vector.get("shard").asInt(),
                            vector.get("index").asInt());

            assertThat(node)
                    .as(vector.get("name").asText())
                    .isEqualTo(
                            SumNode.of(
                                    vector.get("digest").asText(),
                                    vector.get("debitNano").asLong()));
        }
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
                .amounts(vector.get("debitNano").asLong(), vector.get("feeNano").asLong())
                .build();
    }
}
