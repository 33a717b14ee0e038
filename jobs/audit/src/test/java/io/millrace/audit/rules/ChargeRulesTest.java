package io.millrace.audit.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The audit's rules against the vectors that the contract is held to. */
class ChargeRulesTest {

    private static final Path VECTORS =
            Path.of("..", "..", "contracts", "test", "vectors", "charge-rules.json");

    @Test
    void ofLeaf_sharedVectors_sameFault() throws IOException {
        JsonNode file = file();
        List<Terms> prices = new ArrayList<>();
        for (JsonNode price : file.get("prices")) {
            prices.add(
                    new Terms(
                            amount(price, "nanoPerMillion"),
                            price.get("feeBasisPoints").asLong(),
                            amount(price, "from")));
        }
        String model = file.get("model").asText();
        assertFaults(
                file.get("leaves"),
                vector -> {
                    Leaf leaf = leaf(vector.get("leaf"));
                    return ChargeRules.ofLeaf(
                            leaf, leaf.model().equals(model) ? prices : List.of());
                });
    }

    @Test
    void ofRequest_sharedVectors_sameFault() throws IOException {
        JsonNode file = file();
        assertFaults(
                file.get("requests"),
                vector -> {
                    JsonNode request = vector.get("request");
                    boolean known = request.get("requester").equals(file.get("requester"));
                    return ChargeRules.ofRequest(
                            leaf(vector.get("leaf")),
                            known ? file.get("requesterAccount").asLong() : 0,
                            request.get("model").asText(),
                            amount(request, "maxFeeNano"),
                            amount(request, "deadline"));
                });
    }

    @Test
    void ofPair_sharedVectors_sameFault() throws IOException {
        assertFaults(
                file().get("pairs"),
                vector -> {
                    Leaf leaf = leaf(vector.get("leaf"));
                    Leaf other = leaf(vector.get("other"));
                    long earlierEpoch = vector.get("earlierEpoch").asLong();
                    return earlierEpoch == 0
                            ? ChargeRules.inEpoch(leaf, other)
                            : ChargeRules.afterEpoch(leaf, other, earlierEpoch);
                });
    }

    @Test
    void addedBy_sharedVectors_sameTotals() throws IOException {
        JsonNode vectors = file().get("totals");
        assertThat(vectors).hasSizeGreaterThan(5);
        for (JsonNode vector : vectors) {
            List<BigInteger> lines = new ArrayList<>();
            vector.get("lines").forEach(line -> lines.add(new BigInteger(line.asText())));
            assertThat(
                            EarnedTotals.addedBy(
                                    lines,
                                    vector.get("account").asLong(),
                                    amount(vector, "shownNano")))
                    .as(vector.get("name").asText())
                    .isEqualTo(
                            new EarnedTotals.Added(
                                    amount(vector, "addedNano"), amount(vector, "afterNano")));
        }
    }

    private static void assertFaults(JsonNode vectors, Function<JsonNode, Fault> rule) {
        assertThat(vectors).hasSizeGreaterThan(5);
        for (JsonNode vector : vectors) {
            assertThat(rule.apply(vector).onChain())
                    .as(vector.get("name").asText())
                    .isEqualTo(vector.get("fault").asText());
        }
    }

    private static Leaf leaf(JsonNode leaf) {
        List<BigInteger> credits = new ArrayList<>();
        leaf.get("credits").forEach(line -> credits.add(new BigInteger(line.asText())));
        return new Leaf(
                leaf.get("requestId").asText(),
                leaf.get("requesterAccount").asLong(),
                leaf.get("sequence").asLong(),
                leaf.get("providerAccount").asLong(),
                leaf.get("model").asText(),
                amount(leaf, "units"),
                amount(leaf, "priceNanoPerMillion"),
                leaf.get("priceVersion").asLong(),
                amount(leaf, "debitNano"),
                credits,
                amount(leaf, "admittedMillis"),
                leaf.get("shard").asLong(),
                leaf.get("index").asLong());
    }

    private static BigInteger amount(JsonNode node, String name) {
        return new BigInteger(node.get(name).asText());
    }

    private static JsonNode file() throws IOException {
        return new ObjectMapper().readTree(VECTORS.toFile());
    }
}
