package io.millrace.local.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.job.topic.Topics;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of requests that were sent: each ends once, however often an end of it is published.
 * In: the records of results and rejections. A result is known by the request's id, a rejection by
 * where the request lies, since it may have no id, and since that of a copy has the first one's. Of
 * several ends the last counts, and a result before any rejection: a replay after a crash publishes
 * again, perhaps otherwise. Used by one thread.
 */
public final class Ends {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Set<String> ids = new LinkedHashSet<>();
    private final Map<String, String> idsByPlace = new HashMap<>();
    private final Map<String, JsonNode> ends = new HashMap<>();

    /** A request whose end is waited for, and where the broker has put it. */
    public void sent(String requestId, int partition, long offset) {
        ids.add(requestId);
        idsByPlace.put(place(partition, offset), requestId);
    }

    /** Takes a record of either topic into account; the ends of others' requests do not matter. */
    public void add(ConsumerRecord<byte[], byte[]> record) throws IOException {
        JsonNode end = MAPPER.readTree(record.value());
        if (record.topic().equals(Topics.RESULTS)) {
            String id = end.path("id").asText();
            if (ids.contains(id)) {
                ends.put(id, end);
            }
            return;
        }
        String id =
                idsByPlace.get(place(end.path("partition").asInt(), end.path("offset").asLong()));
        if (id != null && !isResult(ends.get(id))) {
            ends.put(id, end);
        }
    }

    /** Whether every request that was sent has come to an end. */
    public boolean complete() {
        return ends.size() == ids.size();
    }

    /** How many have. */
    public int count() {
        return ends.size();
    }

    /**
     * By request id, in the order they were sent: the status of its result, or the code of its
     * rejection.
     */
    public Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>();
        for (String id : ids) {
            JsonNode end = ends.get(id);
            if (end != null) {
                all.put(id, end.path(isResult(end) ? "status" : "code").asText());
            }
        }
        return all;
    }

    private static boolean isResult(@Nullable JsonNode end) {
        return end != null && end.has("status");
    }

    private static String place(int partition, long offset) {
        return partition + "@" + offset;
    }
}
