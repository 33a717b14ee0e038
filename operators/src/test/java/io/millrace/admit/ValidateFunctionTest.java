package io.millrace.admit;

import static io.millrace.testing.Fixtures.ALICE;
import static io.millrace.testing.Fixtures.ALICE_KEY;
import static io.millrace.testing.Fixtures.BOB;
import static io.millrace.testing.Fixtures.BOB_KEY;
import static io.millrace.testing.Fixtures.DOMAIN;
import static io.millrace.testing.Fixtures.MODEL;
import static io.millrace.testing.Fixtures.SIGNATURE;
import static io.millrace.testing.Fixtures.UNSERVED_MODEL;
import static io.millrace.testing.Fixtures.modelPriced;
import static io.millrace.testing.Fixtures.modelRegistered;
import static io.millrace.testing.Fixtures.modelStatus;
import static io.millrace.testing.RequestBuilder.request;
import static io.millrace.testing.RestoringHarness.first;
import static io.millrace.testing.RestoringHarness.second;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.chain.VaultEvent;
import io.millrace.testing.FakeTokenCounters;
import io.millrace.testing.Feeding;
import io.millrace.testing.Fixtures;
import io.millrace.testing.RestoringHarness;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ValidateFunctionTest {

    private static final RequestCodec CODEC = new RequestCodec(256 * 1024);
    private static final long APPEND = 10_000;
    private static final List<String> TEXTS = List.of("two words", "one", "these three words");

    private static final List<VaultEvent> REGISTRY =
            List.of(
                    modelRegistered(MODEL),
                    modelPriced(MODEL, 1, 1_000_000, 0),
                    modelStatus(MODEL, 2));

    private static RequestRecord record(byte[] value) {
        return new RequestRecord(new RequestPlace(3, 7), APPEND, false, value);
    }

    private static RequestRecord signed(
            String model, String input, long maxFeeNano, long deadline) {
        return record(
                CODEC.encode(SIGNATURE.sign(model, input, maxFeeNano, deadline, 1, ALICE_KEY)));
    }

    private static RestoringHarness.Run<Candidate> run(
            Feeding feeding, List<VaultEvent> events, RequestRecord... records) {
        List<RestoringHarness.Item<RequestRecord, VaultEvent>> items = new ArrayList<>();
        events.forEach(event -> items.add(second(event)));
        for (RequestRecord record : records) {
            items.add(first(record, record.appendMillis()));
        }
        AdmitOptions options = new AdmitOptions(DOMAIN, 256 * 1024, 1000, 5_000);
        return RestoringHarness.broadcast(
                        new ValidateFunction(options, new FakeTokenCounters(16, MODEL)),
                        ValidateFunction.MODELS)
                .collecting(ValidateFunction.REJECTIONS)
                .run(feeding, items);
    }

    private static Rejection refused(List<VaultEvent> events, RequestRecord record) {
        RestoringHarness.Run<Candidate> run = run(Feeding.ALL_AT_ONCE, events, record);
        assertThat(run.main()).isEmpty();
        List<Rejection> rejections = run.side(ValidateFunction.REJECTIONS);
        assertThat(rejections).hasSize(1);
        return rejections.get(0);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void validate_goodRequest_becomesAPricedCandidate(Feeding feeding) {
        InferenceRequest request =
                SIGNATURE.sign(MODEL, "two words", 4, APPEND + 5_000, 9, ALICE_KEY);

        RestoringHarness.Run<Candidate> run = run(feeding, REGISTRY, record(CODEC.encode(request)));

        assertThat(run.side(ValidateFunction.REJECTIONS)).isEmpty();
        assertThat(run.main())
                .containsExactly(
                        request()
                                .signed(request)
                                .units(4)
                                .price(1_000_000, 1)
                                .feeNano(4)
                                .appendMillis(APPEND)
                                .at(3, 7)
                                .candidate());
    }

    @Test
    void validate_tick_givesNothing() {
        RestoringHarness.Run<Candidate> run =
                run(
                        Feeding.ALL_AT_ONCE,
                        REGISTRY,
                        new RequestRecord(new RequestPlace(0, 0), APPEND, true, null));

        assertThat(run.main()).isEmpty();
        assertThat(run.side(ValidateFunction.REJECTIONS)).isEmpty();
    }

    @Test
    void validate_nullValue_malformedWithItsCoordinates() {
        Rejection rejection =
                refused(REGISTRY, new RequestRecord(new RequestPlace(3, 7), APPEND, false, null));

        assertThat(rejection.reason()).isEqualTo(RejectReason.MALFORMED);
        assertThat(rejection.place()).isEqualTo(new RequestPlace(3, 7));
        assertThat(rejection.appendMillis()).isEqualTo(APPEND);
        assertThat(rejection.requestId()).isNull();
    }

    @Test
    void validate_unknownField_schemaWithTheClaimedRequester() {
        String json =
                new String(
                        CODEC.encode(SIGNATURE.sign(MODEL, "x", 9, APPEND, 1, ALICE_KEY)),
                        StandardCharsets.UTF_8);

        Rejection rejection =
                refused(
                        REGISTRY,
                        record(json.replace("{", "{\"tip\":1,").getBytes(StandardCharsets.UTF_8)));

        assertThat(rejection.reason()).isEqualTo(RejectReason.SCHEMA);
        assertThat(rejection.requesterAddress()).isEqualTo(ALICE);
        assertThat(rejection.message()).contains("tip").contains("remove");
    }

    @Test
    void validate_modelNotInRegistry_unknownModel() {
        assertThat(refused(List.of(), signed(MODEL, "x", 9, APPEND)).reason())
                .isEqualTo(RejectReason.UNKNOWN_MODEL);
    }

    @Test
    void validate_modelWithoutLoadedManifest_unknownModel() {
        List<VaultEvent> events =
                List.of(modelPriced(UNSERVED_MODEL, 1, 1, 0), modelStatus(UNSERVED_MODEL, 2));

        assertThat(refused(events, signed(UNSERVED_MODEL, "x", 9, APPEND)).reason())
                .isEqualTo(RejectReason.UNKNOWN_MODEL);
    }

    @Test
    void validate_modelPricedAfterAppend_unknownModelThen() {
        List<VaultEvent> events =
                List.of(modelPriced(MODEL, 1, 1, APPEND + 1), modelStatus(MODEL, 2));

        assertThat(refused(events, signed(MODEL, "x", 9, APPEND)).reason())
                .isEqualTo(RejectReason.UNKNOWN_MODEL);
    }

    @Test
    void validate_modelProposedOrRevoked_modelInactive() {
        List<VaultEvent> revoked = new ArrayList<>(REGISTRY);
        revoked.add(modelStatus(MODEL, 3));

        Rejection early = refused(REGISTRY.subList(0, 2), signed(MODEL, "x", 9, APPEND));
        Rejection late = refused(revoked, signed(MODEL, "x", 9, APPEND));

        assertThat(early.reason()).isEqualTo(RejectReason.MODEL_INACTIVE);
        assertThat(early.message()).contains("proposed");
        assertThat(late.reason()).isEqualTo(RejectReason.MODEL_INACTIVE);
        assertThat(late.message()).contains("revoked");
    }

    @Test
    void validate_deadlineAtItsEdges_expiredAndTooFarOnlyBeyond() {
        RestoringHarness.Run<Candidate> run =
                run(
                        Feeding.ALL_AT_ONCE,
                        REGISTRY,
                        signed(MODEL, "x", 9, APPEND),
                        signed(MODEL, "x", 9, APPEND - 1),
                        signed(MODEL, "x", 9, APPEND + 5_000),
                        signed(MODEL, "x", 9, APPEND + 5_001));

        assertThat(run.main()).hasSize(2);
        assertThat(run.side(ValidateFunction.REJECTIONS))
                .extracting(Rejection::reason)
                .containsExactly(RejectReason.EXPIRED, RejectReason.DEADLINE_TOO_FAR);
    }

    @Test
    void validate_forgedSignatures_badSignature() {
        InferenceRequest good = SIGNATURE.sign(MODEL, "x", 9, APPEND, 1, ALICE_KEY);
        byte[] bytes = Hex.decode(good.signature());
        List<String> forged = new ArrayList<>();
        forged.add("0x");
        forged.add(
                good.signature()
                        .substring(0, 130)); // 64 bytes: the compact form of EIP-2098 is not taken
        forged.add(good.signature() + "0");
        forged.add("0x" + "00".repeat(65));
        forged.add("0x" + "ff".repeat(65));
        forged.add(withByte(bytes, 64, bytes[64] - 27)); // v 0 or 1
        forged.add(withByte(bytes, 64, 55 - bytes[64])); // the other v
        forged.add(withByte(bytes, 5, bytes[5] ^ 1));
        forged.add(highS(bytes));
        forged.add(Fixtures.SIGNATURE.sign(MODEL, "x", 9, APPEND, 1, BOB_KEY).signature());
        forged.add(
                new RequestSignature(new Eip712Domain(1, DOMAIN.vault()))
                        .sign(MODEL, "x", 9, APPEND, 1, ALICE_KEY)
                        .signature());
        forged.add(
                new RequestSignature(new Eip712Domain(31337, BOB))
                        .sign(MODEL, "x", 9, APPEND, 1, ALICE_KEY)
                        .signature());

        RequestRecord[] records =
                forged.stream()
                        .map(signature -> record(CODEC.encode(with(good, signature))))
                        .toArray(RequestRecord[]::new);
        RestoringHarness.Run<Candidate> run = run(Feeding.ALL_AT_ONCE, REGISTRY, records);

        assertThat(run.main()).isEmpty();
        assertThat(run.side(ValidateFunction.REJECTIONS))
                .hasSize(forged.size())
                .allMatch(rejection -> rejection.reason() == RejectReason.BAD_SIGNATURE)
                .allMatch(
                        rejection ->
                                Hex.encode(SIGNATURE.digest(good)).equals(rejection.requestId()));
    }

    @Test
    void validate_tooManyTokens_inputTooLong() {
        assertThat(refused(REGISTRY, signed(MODEL, "w ".repeat(14) + "w", 99, APPEND)).reason())
                .isEqualTo(RejectReason.INPUT_TOO_LONG);
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void validate_list_oneCandidateOfTheSumRoundedOnce(Feeding feeding) {
        InferenceRequest request = SIGNATURE.sign(MODEL, TEXTS, 5, APPEND + 5_000, 9, ALICE_KEY);

        RestoringHarness.Run<Candidate> run =
                run(
                        feeding,
                        List.of(
                                modelRegistered(MODEL),
                                modelPriced(MODEL, 1, 400_000, 0),
                                modelStatus(MODEL, 2)),
                        record(CODEC.encode(request)));

        // 4 + 3 + 5 tokens at 0.4 nano-USD: 4.8, so 5. Rounded for each text they would be 6.
        assertThat(run.side(ValidateFunction.REJECTIONS)).isEmpty();
        assertThat(run.main())
                .containsExactly(
                        request()
                                .signed(request)
                                .units(12)
                                .price(400_000, 1)
                                .feeNano(5)
                                .appendMillis(APPEND)
                                .at(3, 7)
                                .candidate());
        assertThat(run.main().get(0).inputs()).isEqualTo(TEXTS);
    }

    @Test
    void validate_listFeeOneNanoShort_feeCapTooLow() {
        Rejection rejection = refused(REGISTRY, record(list(TEXTS, 11)));

        assertThat(rejection.reason()).isEqualTo(RejectReason.FEE_CAP_TOO_LOW);
        assertThat(rejection.message()).contains("12 tokens cost 12 nano-USD");
    }

    @Test
    void validate_listAtItsBound_takenAndOneMoreIsTooMany() {
        List<String> most = Collections.nCopies(InferenceRequest.MAX_TEXTS, "w ".repeat(13) + "w");

        RestoringHarness.Run<Candidate> run =
                run(Feeding.ALL_AT_ONCE, REGISTRY, record(list(most, 99_999)));
        Rejection more = refused(REGISTRY, record(list(Collections.nCopies(129, "w"), 99_999)));

        assertThat(run.main()).extracting(Candidate::units).containsExactly(128 * 16);
        assertThat(more.reason()).isEqualTo(RejectReason.TOO_MANY_TEXTS);
        assertThat(more.message()).contains("129 texts").contains("may have 128");
        assertThat(more.requestId()).isNotNull();
    }

    @Test
    void validate_oneTextOfAListTooLong_refusedByItsPlace() {
        Rejection tokens = refused(REGISTRY, record(list(List.of("a", "w ".repeat(14) + "w"), 99)));
        Rejection chars = refused(REGISTRY, record(list(List.of("a", "x".repeat(1001)), 99)));

        assertThat(tokens.reason()).isEqualTo(RejectReason.INPUT_TOO_LONG);
        assertThat(tokens.message()).startsWith("text 1 of the input has 17 tokens");
        assertThat(chars.reason()).isEqualTo(RejectReason.INPUT_TOO_LONG);
        assertThat(chars.message()).startsWith("text 1 of the input has 1001 characters");
    }

    @Test
    void validate_tenThousandTexts_refusedWithoutTokenising() {
        int counted = FakeTokenCounters.COUNTED.get();

        Rejection rejection = refused(REGISTRY, record(list(Collections.nCopies(10_000, "w"), 99)));

        assertThat(rejection.reason()).isEqualTo(RejectReason.TOO_MANY_TEXTS);
        assertThat(FakeTokenCounters.COUNTED.get()).isEqualTo(counted);
    }

    private static byte[] list(List<String> texts, long maxFeeNano) {
        return CODEC.encode(SIGNATURE.sign(MODEL, texts, maxFeeNano, APPEND + 1_000, 1, ALICE_KEY));
    }

    @Test
    void validate_hugeInput_refusedWithoutTokenising() {
        int counted = FakeTokenCounters.COUNTED.get();

        Rejection rejection = refused(REGISTRY, signed(MODEL, "x".repeat(1001), 99, APPEND));

        assertThat(rejection.reason()).isEqualTo(RejectReason.INPUT_TOO_LONG);
        assertThat(FakeTokenCounters.COUNTED.get())
                .as("a huge text reached the tokenizer")
                .isEqualTo(counted);
    }

    @Test
    void validate_maxFeeOneNanoShort_feeCapTooLowNamesTheFee() {
        Rejection rejection = refused(REGISTRY, signed(MODEL, "x", 2, APPEND));

        assertThat(rejection.reason()).isEqualTo(RejectReason.FEE_CAP_TOO_LOW);
        assertThat(rejection.message()).contains("2").contains("3");
    }

    @ParameterizedTest
    @EnumSource(Feeding.class)
    void validate_priceAnnounced_countsFromItsTimeByAppendTime(Feeding feeding) {
        List<VaultEvent> events = new ArrayList<>(REGISTRY);
        events.add(modelPriced(MODEL, 2, 2_000_000, APPEND));
        byte[] value = CODEC.encode(SIGNATURE.sign(MODEL, "x", 99, APPEND, 1, ALICE_KEY));

        RestoringHarness.Run<Candidate> run =
                run(
                        feeding,
                        events,
                        new RequestRecord(new RequestPlace(0, 0), APPEND - 1, false, value),
                        new RequestRecord(new RequestPlace(0, 1), APPEND, false, value));

        assertThat(run.main()).extracting(Candidate::feeNano).containsExactly(3L, 6L);
        assertThat(run.main())
                .extracting(candidate -> candidate.price().version())
                .containsExactly(1, 2);
    }

    @Test
    void validate_closed_closesItsTokenizers() {
        run(
                Feeding.RESTORE_BETWEEN,
                REGISTRY,
                signed(MODEL, "x", 9, APPEND),
                signed(MODEL, "y", 9, APPEND));

        assertThat(FakeTokenCounters.OPEN).as("tokenizers left open").hasValue(0);
    }

    private static InferenceRequest with(InferenceRequest request, String signature) {
        return request.signed(signature);
    }

    private static String withByte(byte[] bytes, int index, int value) {
        byte[] copy = bytes.clone();
        copy[index] = (byte) value;
        return Hex.encode(copy);
    }

    /** The same signature's malleable twin. */
    private static String highS(byte[] bytes) {
        BigInteger order =
                new BigInteger(
                        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
        byte[] copy = bytes.clone();
        byte[] s =
                order.subtract(new BigInteger(1, java.util.Arrays.copyOfRange(bytes, 32, 64)))
                        .toByteArray();
        java.util.Arrays.fill(copy, 32, 64, (byte) 0);
        int length = Math.min(32, s.length);
        System.arraycopy(s, s.length - length, copy, 64 - length, length);
        copy[64] = (byte) (55 - bytes[64]);
        return Hex.encode(copy);
    }
}
