package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.hash.Signers;
import io.millrace.audit.read.JsonFields;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The audit's own hashes, tree and unpacking against the vectors that Java and Solidity share. */
class SharedVectorsTest {

    private static final String NO_HASH = "0x" + "0".repeat(64);
    private static final Path VECTORS = Path.of("..", "..", "contracts", "test", "vectors");

    @Test
    void requestHash_sharedVectors_sameDigest() throws IOException {
        JsonNode file = read("request-digest.json");
        for (JsonNode vector : file.get("cases")) {
            JsonFields fields = new JsonFields(vector);
            if (!fields.isEmpty("options")) {
                assertThatThrownBy(() -> RecordDecoder.signed(fields))
                        .hasMessage("it has options, and none is known");
                continue;
            }
            SignedRequest request = RecordDecoder.signed(fields);

            assertThat(request.inputHash()).isEqualTo(vector.get("inputHash").asText());
            assertThat(hashes(file).request(request))
                    .as(vector.get("name").asText())
                    .isEqualTo(vector.get("digest").asText());
        }
    }

    @Test
    void signer_sharedVectors_recovered() throws IOException {
        for (JsonNode vector : read("request-digest.json").get("cases")) {
            assertThat(
                            Signers.recover(
                                    vector.get("digest").asText(),
                                    vector.get("signature").asText()))
                    .as(vector.get("name").asText())
                    .isEqualTo(vector.get("signer").asText());
        }
    }

    @Test
    void evidenceHashes_sharedVectors_sameDigestsAndSigner() throws IOException {
        JsonNode file = read("request-digest.json");
        for (JsonNode vector : file.get("cases")) {
            JsonFields fields = new JsonFields(vector);
            Evidence evidence =
                    evidence(
                            NO_HASH,
                            fields.address("requester"),
                            fields.hash("model"),
                            fields.hash("inputHash"),
                            fields.hash("optionsHash"),
                            fields);
            assertThat(hashes(file).requestOf(evidence))
                    .as(vector.get("name").asText())
                    .isEqualTo(vector.get("digest").asText());
        }
        JsonNode outcomes = read("outcome-digest.json");
        for (JsonNode vector : outcomes.get("cases")) {
            assertThat(hashes(outcomes).outcomeOf(outcome(new JsonFields(vector))))
                    .as(vector.get("name").asText())
                    .isEqualTo(vector.get("digest").asText());
        }
    }

    private static Evidence evidence(
            String id,
            String requester,
            String model,
            String inputHash,
            String optionsHash,
            JsonFields fields) {
        return new Evidence(
                id,
                requester,
                model,
                inputHash,
                optionsHash,
                fields.amount("maxFeeNano"),
                fields.amount("deadline"),
                fields.amount("nonce"),
                "",
                0,
                BigInteger.ZERO,
                1,
                NO_HASH,
                NO_HASH,
                "");
    }

    private static Evidence outcome(JsonFields fields) {
        return new Evidence(
                fields.hash("requestId"),
                "",
                NO_HASH,
                NO_HASH,
                NO_HASH,
                BigInteger.ZERO,
                BigInteger.ZERO,
                BigInteger.ZERO,
                "",
                fields.count("providerAccount"),
                fields.amount("units"),
                (int) fields.count("status"),
                fields.hash("outputHash"),
                fields.hash("numericClass"),
                "");
    }

    @Test
    void receiptHash_sharedVectors_sameDigest() throws IOException {
        JsonNode file = read("receipt-leaf.json");
        int tested = 0;
        for (JsonNode vector : file.get("cases")) {
            JsonFields fields = new JsonFields(vector);
            List<BigInteger> credits = new ArrayList<>();
            vector.get("credits").forEach(line -> credits.add(new BigInteger(line.asText())));
            Charge charge =
                    new Charge(
                            fields.hash("requestId"),
                            "",
                            fields.count("requesterAccount"),
                            fields.count("sequence"),
                            "",
                            fields.count("providerAccount"),
                            fields.hash("model"),
                            fields.amount("units"),
                            fields.amount("priceNanoPerMillion"),
                            fields.count("priceVersion"),
                            0,
                            fields.amount("debitNano"),
                            amount(credits, 0),
                            amount(credits, 1),
                            "",
                            fields.hash("outcome"),
                            fields.count("admittedMillis"),
                            new Position(0, 0));
            Receipt receipt =
                    new Receipt(
                            1,
                            fields.count("shard"),
                            fields.count("index"),
                            new EarnedBefore(before(credits, 0), before(credits, 1)),
                            charge);
            if (!TypedHashes.credits(receipt).equals(credits)
                    || !fields.hash("allocation").equals(MerkleSum.EMPTY.hash())) {
                continue; // no charge of today has such lines, or was allocated
            }
            tested++;
            assertThat(hashes(file).receipt(receipt))
                    .as(vector.get("name").asText())
                    .isEqualTo(vector.get("digest").asText());
        }
        assertThat(tested).isGreaterThanOrEqualTo(5);
    }

    private static BigInteger before(List<BigInteger> credits, int line) {
        return line < credits.size() ? credits.get(line).shiftRight(96) : BigInteger.ZERO;
    }

    private static BigInteger amount(List<BigInteger> credits, int line) {
        return line < credits.size()
                ? credits.get(line).and(BigInteger.TWO.pow(64).subtract(BigInteger.ONE))
                : BigInteger.ZERO;
    }

    @Test
    void headerHash_sharedVectors_sameDigest() throws IOException {
        JsonNode file = read("epoch-header.json");
        for (JsonNode vector : file.get("cases")) {
            assertThat(hashes(file).header(RecordDecoder.header(new JsonFields(vector))))
                    .as(vector.get("name").asText())
                    .isEqualTo(vector.get("digest").asText());
        }
    }

    @Test
    void merkleSum_sharedVectors_sameRoot() throws IOException {
        for (JsonNode vector : read("merkle-sum.json").get("cases")) {
            Map<Long, MerkleSum.Subtree> shards = new TreeMap<>();
            long shard = 0;
            for (JsonNode shardNode : vector.get("shards")) {
                MerkleSum.Subtree own = new MerkleSum.Subtree();
                for (JsonNode leaf : shardNode.get("leaves")) {
                    JsonFields fields = new JsonFields(leaf);
                    own.add(new MerkleSum.Node(fields.hash("hash"), fields.amount("sumNano")));
                }
                shards.put(shard++, own);
            }
            JsonFields fields = new JsonFields(vector);

            long shardDepth = fields.count("shardDepth");
            assertThat(shardDepth + MerkleSum.highest(shards))
                    .as(vector.get("name").asText())
                    .isEqualTo(fields.count("levels"));
            assertThat(MerkleSum.root(shards, (int) shardDepth))
                    .as(vector.get("name").asText())
                    .isEqualTo(new MerkleSum.Node(fields.hash("root"), fields.amount("sumNano")));
        }
    }

    @Test
    void epochPart_sharedVectors_sameAmountsAndWordsHash() throws IOException {
        for (JsonNode vector : read("packed-words.json").get("cases")) {
            String name = vector.get("name").asText();
            JsonFields fields = new JsonFields(vector);
            EpochPart part =
                    new EpochPart(
                            SampleLedger.NO_HEADER,
                            fields.words("debitSlots"),
                            fields.words("debitWords"),
                            fields.words("creditSlots"),
                            fields.words("creditWords"),
                            fields.words("releaseWords"));

            assertThat(TypedHashes.words(part)).as(name).isEqualTo(fields.hash("wordsHash"));
            assertThat(part.debitsByAccount()).as(name).isEqualTo(amounts(vector.get("debits")));
            assertThat(part.creditsByAccount()).as(name).isEqualTo(amounts(vector.get("credits")));
            assertThat(part.released()).as(name).isEqualTo(releases(vector.get("releases")));
        }
    }

    private static Map<Long, BigInteger> amounts(JsonNode list) {
        Map<Long, BigInteger> amounts = new TreeMap<>();
        for (JsonNode line : list) {
            JsonFields fields = new JsonFields(line);
            amounts.put(fields.count("account"), fields.amount("amountNano"));
        }
        return amounts;
    }

    private static List<EpochPart.Release> releases(JsonNode list) {
        List<EpochPart.Release> releases = new ArrayList<>();
        for (JsonNode line : list) {
            JsonFields fields = new JsonFields(line);
            releases.add(
                    new EpochPart.Release(
                            fields.count("account"),
                            fields.count("request"),
                            fields.amount("amountNano")));
        }
        return releases;
    }

    private static TypedHashes hashes(JsonNode file) {
        JsonFields domain = new JsonFields(file.get("domain"));
        return new TypedHashes(domain.count("chainId"), domain.address("verifyingContract"));
    }

    private static JsonNode read(String name) throws IOException {
        return new ObjectMapper().readValue(VECTORS.resolve(name).toFile(), ObjectNode.class);
    }
}
