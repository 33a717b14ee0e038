package io.millrace.local;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.ALICE_KEY;
import static io.millrace.testing.Fixtures.DOMAIN;
import static io.millrace.testing.Fixtures.MODEL;
import static io.millrace.testing.Fixtures.PROVIDER;
import static io.millrace.testing.Fixtures.SIGNATURE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admit.InferenceRequest;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.evidence.Evidence;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeSignature;
import io.millrace.infer.OutcomeStatus;
import io.millrace.job.topic.Topic;
import io.millrace.job.topic.Topics;
import io.millrace.meter.EvidenceCodec;
import io.millrace.testing.OutcomeBuilder;
import io.millrace.testing.RequestBuilder;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the engine writes of a charge, the audit's own code reads, and leads to what was signed. */
class EvidenceWireTest {

    private static final long MOST = -1; // 2^64 - 1

    @ParameterizedTest
    @EnumSource(OutcomeStatus.class)
    void encode_anyOutcome_auditReadsWhatLeadsToTheCharge(OutcomeStatus status) throws IOException {
        InferenceRequest request = SIGNATURE.sign(MODEL, "Grüße", MOST, 600_000, MOST, ALICE_KEY);
        assertLeadsToTheCharge(
                OutcomeBuilder.outcome(RequestBuilder.request().signed(request).units(5))
                        .status(status)
                        .build(),
                status);
    }

    /** Neither the watcher nor the tribunal sees whether there were several texts. */
    @ParameterizedTest
    @EnumSource(OutcomeStatus.class)
    void encode_listOfTexts_auditReadsWhatLeadsToTheCharge(OutcomeStatus status)
            throws IOException {
        InferenceRequest request =
                SIGNATURE.sign(MODEL, List.of("Grüße", "x"), MOST, 600_000, MOST, ALICE_KEY);
        assertLeadsToTheCharge(
                OutcomeBuilder.outcome(RequestBuilder.request().signed(request).units(8))
                        .embeddings(List.of(new float[] {0.6f, 0.8f}, new float[] {1, 0}))
                        .status(status)
                        .build(),
                status);
    }

    private static void assertLeadsToTheCharge(Outcome outcome, OutcomeStatus status)
            throws IOException {
        String requestId = outcome.terms().requestId();
        String digest = Hex.encode(new OutcomeSignature(DOMAIN).digest(outcome));

        Evidence read = Evidence.of(requestId.getBytes(US_ASCII), encoded(outcome));

        TypedHashes hashes = new TypedHashes(DOMAIN.chainId(), DOMAIN.vault());
        assertThat(hashes.requestOf(read)).isEqualTo(requestId);
        assertThat(hashes.outcomeOf(read)).isEqualTo(digest);
        assertThat(signer(requestId, read.requestSignature())).isEqualTo(ALICE);
        assertThat(signer(digest, read.outcomeSignature())).isEqualTo(PROVIDER);
        assertThat(read.maxFeeNano()).isEqualTo(BigInteger.TWO.pow(64).subtract(BigInteger.ONE));
        assertThat(read.nonce()).isEqualTo(read.maxFeeNano());
        assertThat(read.units()).isEqualTo(BigInteger.valueOf(outcome.unitsCharged()));
        assertThat(read.status()).isEqualTo(status.code());
    }

    @Test
    void schema_ofTheTopic_describesEveryByte() throws IOException {
        int next = 0;
        try (var schema = Topic.class.getResourceAsStream(Topics.EVIDENCE + ".schema.json")) {
            for (JsonNode field : new ObjectMapper().readTree(schema).path("x-fields")) {
                assertThat(field.path("at").asInt())
                        .as(field.path("name").asText())
                        .isEqualTo(next);
                next += field.path("bytes").asInt();
            }
        }
        assertThat(next).isEqualTo(EvidenceCodec.BYTES);
    }

    private static byte[] encoded(Outcome outcome) {
        byte[] outputHash = OutcomeSignature.outputHash(outcome.output());
        return EvidenceCodec.encode(
                requireNonNull(io.millrace.meter.Evidence.of(outcome, outputHash)));
    }

    private static String signer(String digest, String signature) {
        return Secp256k1.recover(Hex.decode(digest), Hex.decode(signature)).orElseThrow();
    }
}
