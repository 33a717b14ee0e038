package io.millrace.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.read.JsonFields;
import io.millrace.page.PageStore.Batch;
import io.millrace.page.PageStore.Kind;
import io.millrace.page.Places.Place;
import io.millrace.page.Tally.Sum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What each record adds to the books, one batch at a time: rows and sums become visible together
 * with how far was read. The order between topics does not count. One thread.
 */
final class RecordFold {

    static final String REQUESTS = "inference.requests";
    static final String REJECTIONS = "inference.rejections";
    static final String CHARGES = "inference.charges";
    static final String RECEIPTS = "settlement.receipts";
    static final String EPOCHS = "settlement.epochs";
    static final List<String> TOPICS = List.of(REQUESTS, REJECTIONS, CHARGES, RECEIPTS, EPOCHS);

    static final String CODES = "codes";
    static final String RECENT = "recent";
    static final String SUMS = "sums";

    /** Header of a record without a value that only moves the clock. */
    private static final String TICK_HEADER = "millrace-tick";

    private static final int RECENT_REFUSALS = 10;
    private static final int LONGEST_TEXT = 300;

    private final Batch batch;
    private final Tally sums;
    private final ObjectNode codes;
    private final List<JsonNode> recent = new ArrayList<>();

    /**
     * @param before as {@link #state} was after the last batch
     */
    RecordFold(Batch batch, JsonNode before) {
        this.batch = batch;
        sums = Tally.of(before.path(SUMS));
        codes = Json.object(before.path(CODES));
        before.path(RECENT).forEach(recent::add);
    }

    /** Sums, refusals by code, and the newest refusals. */
    ObjectNode state() {
        ObjectNode state = Json.object();
        state.set(SUMS, sums.toJson());
        state.set(CODES, codes);
        ArrayNode newest = state.putArray(RECENT);
        recent.stream().skip(Math.max(0, recent.size() - RECENT_REFUSALS)).forEach(newest::add);
        return state;
    }

    /**
     * Adds a record.
     *
     * @throws IllegalArgumentException if a member is missing or of another kind
     * @throws IOException if it is no JSON, or the rows cannot be reached
     */
    void add(ConsumerRecord<byte[], byte[]> record) throws IOException {
        switch (record.topic()) {
            case REQUESTS -> {
                // A client may forge the header, but what has a value is answered.
                if (record.value() != null || record.headers().lastHeader(TICK_HEADER) == null) {
                    sums.count(Sum.REQUESTS);
                }
            }
            case REJECTIONS -> refusal(record, Json.fields(record.value()));
            case CHARGES -> charge(record, Json.fields(record.value()));
            case RECEIPTS -> receipt(record, Json.fields(record.value()));
            case EPOCHS -> part(record, Json.fields(record.value()));
            default -> throw new IllegalArgumentException("no books of " + record.topic());
        }
    }

    /** Published at least once: known by where its request lies. */
    private void refusal(ConsumerRecord<byte[], byte[]> record, JsonFields refusal)
            throws IOException {
        byte[] key = Kind.REFUSED.key(refusal.count("partition"), refusal.count("offset"));
        if (batch.get(key) != null) {
            return;
        }
        batch.put(key, new byte[0]);
        sums.count(Sum.REFUSALS);
        String code = cut(refusal.text("code"));
        codes.put(code, codes.path(code).asLong() + 1);
        JsonNode id = refusal.object().path("requestId");
        ObjectNode shown =
                Json.object()
                        .put("code", code)
                        .put("message", cut(refusal.text("message")))
                        .put("millis", record.timestamp());
        if (id.isTextual()) {
            shown.put("requestId", refusal.hash("requestId"));
            Place place = new Place(record.partition(), record.offset());
            place(refusal.hash("requestId"), places -> places.withRefusal(place));
        }
        recent.add(shown);
    }

    private void charge(ConsumerRecord<byte[], byte[]> record, JsonFields charge)
            throws IOException {
        boolean answered = charge.text("status").equals("ANSWERED");
        long tokens = answered ? charge.count("units") : 0;
        long debit = charge.count("debitNano");
        long credit = charge.count("creditNano");
        sums.count(Sum.CHARGES);
        sums.add(Sum.ANSWERED, answered ? 1 : 0);
        sums.add(Sum.TOKENS, tokens);
        sums.add(Sum.DEBITS_NANO, debit);
        sums.add(Sum.CREDITS_NANO, credit);
        sums.add(Sum.FEES_NANO, charge.count("feeNano"));
        Place place = new Place(record.partition(), record.offset());
        place(charge.hash("requestId"), places -> places.withCharge(place));
        byte[] requester = Kind.REQUESTER.key(charge.count("requesterAccount"));
        add(requester, account(requester, answered, tokens), "chargedNano", debit);
        byte[] provider = Kind.PROVIDER.key(charge.count("providerAccount"));
        add(provider, account(provider, answered, tokens), "earnedNano", credit);
    }

    private ObjectNode account(byte[] key, boolean answered, long tokens) throws IOException {
        ObjectNode row = Json.object(batch.json(key));
        return row.put("answers", row.path("answers").asLong() + (answered ? 1 : 0))
                .put("tokens", Math.addExact(row.path("tokens").asLong(), tokens));
    }

    private void add(byte[] key, ObjectNode row, String name, long amount) throws IOException {
        batch.put(key, row.put(name, Math.addExact(row.path(name).asLong(), amount)));
    }

    private void receipt(ConsumerRecord<byte[], byte[]> record, JsonFields receipt)
            throws IOException {
        long epoch = receipt.count("epoch");
        JsonFields charge = receipt.object("charge");
        sums.count(Sum.RECEIPTS);
        place(charge.hash("requestId"), places -> places.withEpoch(epoch));
        byte[] requester = Kind.REQUESTER.key(charge.count("requesterAccount"));
        add(requester, Json.object(batch.json(requester)), "sealedNano", charge.count("debitNano"));
        ObjectNode row = Json.object(batch.json(Kind.EPOCH.key(epoch)));
        span(row, record);
        batch.put(Kind.EPOCH.key(epoch), row);
    }

    private void part(ConsumerRecord<byte[], byte[]> record, JsonFields sealed) throws IOException {
        JsonFields header = sealed.object("header");
        long epoch = header.count("epoch");
        sums.count(Sum.PARTS);
        sums.add(Sum.EPOCHS, header.count("part") == 0 ? 1 : 0);
        sums.add(Sum.SEALED_NANO, header.count("partSumNano"));
        ObjectNode row = Json.object(batch.json(Kind.EPOCH.key(epoch)));
        row.put("parts", header.count("parts"))
                .put("receipts", header.count("receiptsCount"))
                .put("sumNano", header.count("receiptsSumNano"))
                .put("root", header.hash("receiptsRoot"))
                .put("sealedMillis", record.timestamp());
        span(row, record);
        batch.put(Kind.EPOCH.key(epoch), row);
    }

    private void place(String requestId, UnaryOperator<Places> change) throws IOException {
        byte[] key = Kind.REQUEST.key(Json.bytes(requestId));
        batch.put(key, change.apply(Places.of(batch.get(key))).bytes());
    }

    /** From the first to behind the last of an epoch's records in each partition. */
    private static void span(ObjectNode row, ConsumerRecord<byte[], byte[]> record) {
        String partition = record.topic() + "-" + record.partition();
        ObjectNode spans = Json.object(row.path("spans"));
        JsonNode before = spans.path(partition);
        long first = before.isMissingNode() ? record.offset() : before.path(0).asLong();
        spans.putArray(partition).add(first).add(record.offset() + 1);
        row.set("spans", spans);
    }

    /** For people, and not for long. */
    private static String cut(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }
}
