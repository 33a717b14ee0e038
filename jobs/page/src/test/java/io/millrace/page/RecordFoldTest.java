package io.millrace.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.page.PageStore.Kind;
import io.millrace.page.Places.Place;
import io.millrace.page.Tally.Sum;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFoldTest {

    private static final String ID = "0x" + "ab".repeat(32);
    private static final String ADDRESS = "0x" + "11".repeat(20);
    private static final String LEDGER = "31337 0xaa";

    @TempDir private Path folder;

    private PageStore store;
    private JsonNode state = Json.object();

    @BeforeEach
    void open() throws IOException {
        store = PageStore.open(folder, LEDGER);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void charges_answeredAndExpired_addUpToTheNano() throws IOException {
        fold(charge(0, "ANSWERED", 101, 97, 4), charge(1, "EXPIRED", 0, 0, 0));

        Tally sums = Tally.of(state.path(RecordFold.SUMS));
        assertThat(sums.of(Sum.CHARGES)).isEqualTo(2);
        assertThat(sums.of(Sum.ANSWERED)).isEqualTo(1);
        assertThat(sums.of(Sum.DEBITS_NANO)).isEqualTo(101);
        assertThat(sums.of(Sum.CREDITS_NANO)).isEqualTo(97);
        assertThat(sums.of(Sum.FEES_NANO)).isEqualTo(4);
        assertThat(store.json(Kind.REQUESTER.key(7)).path("chargedNano").asLong()).isEqualTo(101);
        assertThat(store.json(Kind.PROVIDER.key(2)).path("earnedNano").asLong()).isEqualTo(97);
    }

    /** Refusals are published at least once; a page that counted each copy showed too many. */
    @Test
    void refusal_publishedTwice_countsOnce() throws IOException {
        fold(refusal(0, 5));
        fold(refusal(1, 5), refusal(2, 6));

        assertThat(Tally.of(state.path(RecordFold.SUMS)).of(Sum.REFUSALS)).isEqualTo(2);
        assertThat(state.path(RecordFold.CODES).path("SCHEMA").asLong()).isEqualTo(2);
    }

    @Test
    void request_chargedAndSealed_isFoundWithAllOfItsEpoch() throws IOException {
        fold(charge(3, "ANSWERED", 101, 97, 4));
        fold(receipt(10, ID), receipt(11, "0x" + "cd".repeat(32)));

        Places places = Places.of(store.get(Kind.REQUEST.key(Json.bytes(ID))));
        assertThat(places).isEqualTo(new Places(new Place(0, 3), Place.NONE, 4));
        assertThat(store.json(Kind.EPOCH.key(4)).path("spans").toString())
                .isEqualTo("{\"settlement.receipts-0\":[10,12]}");
    }

    @Test
    void batch_thatIsNotWritten_leavesNothing() throws IOException {
        try (PageStore.Batch batch = store.batch()) {
            new RecordFold(batch, state).add(charge(0, "ANSWERED", 101, 97, 4));
        }

        assertThat(store.get(Kind.REQUEST.key(Json.bytes(ID)))).isNull();
    }

    @Test
    void store_openedForAnotherLedger_isEmpty() throws IOException {
        fold(charge(0, "ANSWERED", 101, 97, 4));
        store.close();

        store = PageStore.open(folder, "10 0xbb");

        assertThat(store.get(Kind.REQUEST.key(Json.bytes(ID)))).isNull();
    }

    @Test
    void charge_withoutItsAmount_isNotPassedOver() {
        assertThatThrownBy(() -> fold(record(RecordFold.CHARGES, 0, "{\"status\":\"ANSWERED\"}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("units is missing");
    }

    @SafeVarargs
    private void fold(ConsumerRecord<byte[], byte[]>... records) throws IOException {
        try (PageStore.Batch batch = store.batch()) {
            RecordFold fold = new RecordFold(batch, state);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                fold.add(record);
            }
            batch.write();
            state = fold.state();
        }
    }

    private static ConsumerRecord<byte[], byte[]> charge(
            long offset, String status, long debit, long credit, long fee) {
        return record(RecordFold.CHARGES, offset, chargeJson(ID, status, debit, credit, fee));
    }

    private static ConsumerRecord<byte[], byte[]> receipt(long offset, String id) {
        return record(
                RecordFold.RECEIPTS,
                offset,
                ("{\"epoch\":4,\"shard\":0,\"index\":0,\"earnedBefore\":{\"providerNano\":0,"
                                + "\"treasuryNano\":0},\"charge\":%s}")
                        .formatted(chargeJson(id, "ANSWERED", 101, 97, 4)));
    }

    private static ConsumerRecord<byte[], byte[]> refusal(long offset, long of) {
        return record(
                RecordFold.REJECTIONS,
                offset,
                "{\"code\":\"SCHEMA\",\"message\":\"no\",\"requestId\":null,\"partition\":0,\"offset\":%d}"
                        .formatted(of));
    }

    private static String chargeJson(String id, String status, long debit, long credit, long fee) {
        return ("{\"requestId\":\"%s\",\"requesterAddress\":\"%s\",\"requesterAccount\":7,"
                        + "\"providerAccount\":2,\"units\":5,\"status\":\"%s\",\"debitNano\":%d,"
                        + "\"creditNano\":%d,\"feeNano\":%d}")
                .formatted(id, ADDRESS, status, debit, credit, fee);
    }

    private static ConsumerRecord<byte[], byte[]> record(String topic, long offset, String json) {
        return new ConsumerRecord<>(topic, 0, offset, new byte[0], json.getBytes(UTF_8));
    }
}
