package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.millrace.audit.KafkaBooks.Position;
import io.millrace.audit.read.JsonFields;
import io.millrace.chain.CutPosition;
import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWords;
import io.millrace.infer.OutcomeStatus;
import io.millrace.job.topic.JsonCodec;
import io.millrace.meter.Charge;
import io.millrace.settle.Receipt;
import io.millrace.settle.earned.EarnedBefore;
import io.millrace.testing.ChargeBuilder;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the engine writes is what the audit reads, though they share no class for it. */
class EngineRecordsTest {

    private static final String ID = "0x" + "1d".repeat(32);
    private static final String MODEL = "0x" + "3a".repeat(32);
    private static final String ROOT = "0x" + "9f".repeat(32);
    private static final String REQUESTER = "0x" + "a1".repeat(20);
    private static final String PROVIDER = "0x" + "b2".repeat(20);
    private static final Charge CHARGE =
            ChargeBuilder.charge()
                    .id(ID)
                    .requester(7, REQUESTER)
                    .sequence(3)
                    .provider(2, PROVIDER)
                    .model(MODEL)
                    .units(12)
                    .price(20_000_000, 1)
                    .amounts(240, 4)
                    .status(OutcomeStatus.ANSWERED)
                    .outcome(ROOT)
                    .admittedMillis(1_795_348_800_000L)
                    .at(5, 99)
                    .build();

    @Test
    void charge_asEngineWritesIt_everyMember() throws IOException {
        KafkaBooks.Charge charge = RecordDecoder.charge(fields(CHARGE));

        assertThat(charge)
                .isEqualTo(
                        new KafkaBooks.Charge(
                                ID,
                                REQUESTER,
                                7,
                                3,
                                PROVIDER,
                                2,
                                MODEL,
                                BigInteger.valueOf(12),
                                BigInteger.valueOf(20_000_000),
                                1,
                                500,
                                BigInteger.valueOf(240),
                                BigInteger.valueOf(236),
                                BigInteger.valueOf(4),
                                "ANSWERED",
                                ROOT,
                                1_795_348_800_000L,
                                new Position(5, 99)));
        assertThat(charge.answered()).isTrue();
    }

    @Test
    void receipt_asEngineWritesIt_everyMember() throws IOException {
        assertThat(
                        RecordDecoder.receipt(
                                fields(new Receipt(4, 44, 7, 1, new EarnedBefore(95, 5), CHARGE))))
                .isEqualTo(
                        new KafkaBooks.Receipt(
                                4,
                                7,
                                1,
                                new KafkaBooks.EarnedBefore(
                                        BigInteger.valueOf(95), BigInteger.valueOf(5)),
                                RecordDecoder.charge(fields(CHARGE))));
    }

    @Test
    void epoch_asEngineWritesIt_everyMember() throws IOException {
        String word = "0x" + "0".repeat(63) + "5";
        SealedPart sealed =
                new SealedPart(
                        ID,
                        new EpochHeader(MODEL, 4, 1, 2, ROOT, 240, 1, 6, 100, ID, MODEL, 17),
                        new SlotWords(List.of(word), List.of(), List.of(), List.of(word, word)),
                        List.of(word),
                        2,
                        List.of(),
                        List.of(new CutPosition(44, "requests-0", 100)));

        KafkaBooks.Sealed read = RecordDecoder.sealed(fields(sealed));
        EpochPart part = read.part();

        assertThat(part.header())
                .isEqualTo(
                        new EpochPart.Header(
                                MODEL,
                                4,
                                1,
                                2,
                                ROOT,
                                BigInteger.valueOf(240),
                                1,
                                6,
                                BigInteger.valueOf(100),
                                ID,
                                MODEL,
                                17));
        BigInteger five = BigInteger.valueOf(5);
        assertThat(part.debitSlots()).containsExactly(five);
        assertThat(part.debits()).isEmpty();
        assertThat(part.credits()).containsExactly(five, five);
        assertThat(part.releases()).containsExactly(five);
        assertThat(read.positions()).containsExactly(entry("requests-0", 100L));
    }

    private static JsonFields fields(Object value) throws IOException {
        return RecordDecoder.fields(JsonCodec.encode(value));
    }
}
