package io.millrace.local.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.RejectReason;
import io.millrace.admit.RequestPlace;
import io.millrace.infer.OutcomeStatus;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import io.millrace.testing.ChargeBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class EndsTest {

    private static final String ID = "0x" + "11".repeat(32);

    private final Ends ends = new Ends();
    private final Expected good = new Expected(new RequestPlace(0, 5), ID, null);
    private final Expected bad = new Expected(new RequestPlace(1, 6), "", RejectReason.SCHEMA);

    @Test
    void count_eachWithItsEnd_isWell() throws Exception {
        charge(0, 5);
        refuse(1, 6, RejectReason.SCHEMA);

        assertThat(ends.count(List.of(good, bad), Set.of()))
                .isEqualTo(new Ends.Count(2, 1, 1, 0, 0, List.of()));
        assertThat(ends.open(List.of(good, bad))).isZero();
    }

    @Test
    void count_goodRequestWithoutCharge_isLost() throws Exception {
        refuse(1, 6, RejectReason.SCHEMA);

        assertThat(ends.open(List.of(good, bad))).isEqualTo(1);
        assertThat(ends.count(List.of(good, bad), Set.of()).lost()).isEqualTo(1);
        assertThat(ends.count(List.of(good, bad), Set.of()).ok()).isFalse();
    }

    /** A requester would have paid for a request that was never sent. */
    @Test
    void count_recordThatWasNeverCommitted_mustFindNoEnd() throws Exception {
        charge(0, 5);
        RequestPlace charged = new RequestPlace(0, 5);
        RequestPlace left = new RequestPlace(0, 6);

        assertThat(ends.count(List.of(), Set.of(left)).ok()).isTrue();
        assertThat(ends.count(List.of(), Set.of(charged, left)).misjudged())
                .containsExactly("0@5 was never committed, and has found an end");
    }

    @Test
    void count_twoChargesForOneRecord_isDoubled() throws Exception {
        charge(0, 5);
        charge(0, 5);

        assertThat(ends.count(List.of(good), Set.of()).doubled()).isPositive();
    }

    @Test
    void count_requestSentTwice_oneChargeAndOneRefusalIsWell() throws Exception {
        Expected copy = new Expected(new RequestPlace(2, 9), ID, null);
        refuse(0, 5, RejectReason.DUPLICATE);
        charge(2, 9);

        assertThat(ends.count(List.of(good, copy), Set.of()).ok()).isTrue();
    }

    @Test
    void count_requestSentTwice_bothRefusedIsLost() throws Exception {
        Expected copy = new Expected(new RequestPlace(2, 9), ID, null);
        refuse(0, 5, RejectReason.DUPLICATE);
        refuse(2, 9, RejectReason.DUPLICATE);

        assertThat(ends.count(List.of(good, copy), Set.of()).lost()).isEqualTo(1);
    }

    @Test
    void count_requestSentTwice_bothChargedIsDoubled() throws Exception {
        Expected copy = new Expected(new RequestPlace(2, 9), ID, null);
        charge(0, 5);
        charge(2, 9);

        assertThat(ends.count(List.of(good, copy), Set.of()).doubled()).isEqualTo(1);
    }

    @Test
    void count_badRequestChargedOrRefusedForAnother_isMisjudged() throws Exception {
        charge(1, 6);
        assertThat(ends.count(List.of(bad), Set.of()).misjudged())
                .singleElement()
                .asString()
                .contains("charged");

        Expected other = new Expected(new RequestPlace(1, 7), "", RejectReason.EXPIRED);
        refuse(1, 7, RejectReason.MALFORMED);
        assertThat(ends.count(List.of(other), Set.of()).misjudged())
                .singleElement()
                .asString()
                .contains("MALFORMED");
    }

    @Test
    void count_goodRequestThatIsNotAnswered_isMisjudged() throws Exception {
        charge(0, 5, OutcomeStatus.FAILED);

        assertThat(ends.count(List.of(good), Set.of()).misjudged())
                .singleElement()
                .asString()
                .contains("not answered: FAILED");
    }

    @Test
    void count_goodRequestRefused_isMisjudgedUnlessItIsACopy() throws Exception {
        refuse(0, 5, RejectReason.EXPIRED);

        assertThat(ends.count(List.of(good), Set.of()).misjudged())
                .singleElement()
                .asString()
                .contains("refused: [EXPIRED]");
    }

    @Test
    void count_chargedAndRefusedToo_isDoubled() throws Exception {
        charge(0, 5);
        refuse(0, 5, RejectReason.DUPLICATE);

        assertThat(ends.count(List.of(good), Set.of()).doubled()).isEqualTo(1);
    }

    @Test
    void add_recordsOfOtherTopics_sayNothing() throws Exception {
        ends.add(record(Topics.RESULTS, new byte[] {'{'}));

        assertThat(ends.count(List.of(), Set.of()))
                .isEqualTo(new Ends.Count(0, 0, 0, 0, 0, List.of()));
    }

    private void charge(int partition, long offset) throws IOException {
        charge(partition, offset, OutcomeStatus.ANSWERED);
    }

    private void charge(int partition, long offset, OutcomeStatus status) throws IOException {
        boolean answered = status == OutcomeStatus.ANSWERED;
        Charge charge =
                ChargeBuilder.charge()
                        .id(ID)
                        .units(answered ? 10 : 0)
                        .price(20_000_000, 1)
                        .amounts(answered ? 200 : 0, answered ? 10 : 0)
                        .status(status)
                        .at(partition, offset)
                        .build();
        ends.add(record(Topics.CHARGES, JsonCodec.encode(charge)));
    }

    private void refuse(int partition, long offset, RejectReason reason) throws IOException {
        String json =
                "{\"code\":\"%s\",\"partition\":%d,\"offset\":%d}"
                        .formatted(reason, partition, offset);
        ends.add(record(Topics.REJECTIONS, json.getBytes(StandardCharsets.UTF_8)));
    }

    private static ConsumerRecord<byte[], byte[]> record(String topic, byte[] value) {
        return new ConsumerRecord<>(topic, 0, 0, new byte[0], value);
    }
}
