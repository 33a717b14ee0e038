package io.millrace.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.Prover;
import io.millrace.audit.read.AuditException;
import io.millrace.audit.read.JsonFields;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.audit.read.Progress;
import io.millrace.audit.read.TooEarlyException;
import io.millrace.audit.read.TopicReader;
import io.millrace.page.PageStore.Kind;
import io.millrace.page.Places.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;

/**
 * What became of one request. An index says where its records and those of its epoch lie, so no
 * others are read; in the heap are the leaves of one shard of one epoch for each look-up. Safe for
 * use by several threads.
 */
final class RequestLookup {

    private static final int AT_ONCE = 2;

    private final KafkaAccess kafka;
    private final Prover prover;
    private final PageStore store;
    private final Semaphore free = new Semaphore(AT_ONCE);

    RequestLookup(PageConfig config, PageStore store) {
        this.store = store;
        kafka = config.kafka();
        prover = new Prover(kafka, config.rpcUrl(), config.vault(), Progress.silent());
    }

    /** Others are looked up. */
    static final class BusyException extends IOException {

        private static final long serialVersionUID = 1L;

        BusyException() {
            super("others are looked up; ask again");
        }
    }

    /**
     * {@code {"requestId", "charge"?, "refusal"?, "proof"?, "note"?}}.
     *
     * @param requestId 0x and 64 hexadecimal digits, lower case
     */
    ObjectNode find(String requestId) throws IOException {
        ObjectNode json = Json.object().put("requestId", requestId);
        Places places = Places.of(store.get(Kind.REQUEST.key(Json.bytes(requestId))));
        if (places.equals(Places.NONE)) {
            return json;
        }
        if (!free.tryAcquire()) {
            throw new BusyException();
        }
        try {
            if (places.charge().known()) {
                json.set("charge", shown(record(RecordFold.CHARGES, places.charge())));
            }
            if (places.refusal().known()) {
                json.set("refusal", record(RecordFold.REJECTIONS, places.refusal()).object());
            }
            if (places.epoch() > 0) {
                json.put("epoch", places.epoch());
                prove(requestId, places.epoch(), json);
            }
            return json;
        } finally {
            free.release();
        }
    }

    private void prove(String requestId, long epoch, ObjectNode json) throws IOException {
        Map<String, Long> starts = new HashMap<>();
        Map<String, Long> ends = new HashMap<>();
        JsonNode spans = store.json(Kind.EPOCH.key(epoch)).path("spans");
        for (Map.Entry<String, JsonNode> span : spans.properties()) {
            starts.put(span.getKey(), span.getValue().path(0).asLong());
            ends.put(span.getKey(), span.getValue().path(1).asLong());
        }
        boolean sealed =
                ends.keySet().stream().anyMatch(name -> name.startsWith(RecordFold.EPOCHS));
        if (!sealed) {
            json.put("note", "its epoch is being sealed; ask again in a moment");
            return;
        }
        try {
            json.set("proof", prover.prove(requestId, starts, ends).json());
        } catch (TooEarlyException e) {
            json.put("note", "its epoch is sealed, and on its way to the vault");
        } catch (AuditException e) {
            json.put("note", String.valueOf(e.getMessage()));
        }
    }

    private JsonFields record(String topic, Place place) throws IOException {
        String partition = topic + "-" + place.partition();
        List<JsonFields> found = new ArrayList<>();
        try (TopicReader reader = TopicReader.upTo(kafka, Map.of(partition, place.offset() + 1))) {
            reader.forEach(
                    topic,
                    Map.of(partition, place.offset()),
                    Progress.silent(),
                    record -> {
                        try {
                            found.add(Json.fields(record.value()));
                        } catch (IOException e) {
                            throw new AuditException(partition + " has changed: " + e.getMessage());
                        }
                    });
        }
        if (found.isEmpty()) {
            throw new IOException(partition + " has lost the record; restore the topic");
        }
        return found.get(0);
    }

    private static ObjectNode shown(JsonFields charge) {
        return Json.object()
                .put("status", charge.text("status"))
                .put("requesterAccount", charge.count("requesterAccount"))
                .put("requesterAddress", charge.address("requesterAddress"))
                .put("sequence", Long.toString(charge.count("sequence")))
                .put("providerAccount", charge.count("providerAccount"))
                .put("providerAddress", charge.address("providerAddress"))
                .put("tokens", Long.toString(charge.count("units")))
                .put("debitNano", charge.amount("debitNano").toString())
                .put("creditNano", charge.amount("creditNano").toString())
                .put("feeNano", charge.amount("feeNano").toString())
                .put("admittedMillis", charge.count("admittedMillis"));
    }
}
