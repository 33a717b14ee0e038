package io.millrace.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the requests that were sent. An answer names its request; a refusal names where
 * the request lies, by which it is known even if the request was not read so far as to have an id,
 * and may come before the acknowledgement that says whose place that is. Each request has one end;
 * one that is published again, after a crash, changes nothing. For any number of threads; futures
 * are completed outside the lock.
 */
final class Ends {

    /** Where a request lies in its topic. */
    private record Place(int partition, long offset) {}

    private final Map<String, CompletableFuture<JsonNode>> awaited = new HashMap<>();
    private final Map<Place, String> byPlace = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private final Set<String> unplaced = new HashSet<>();

    /** Refusals that came while a request was without its place. */
    private final Map<Place, JsonNode> strays = new HashMap<>();

    /** From now on the end of this request is of interest. */
    synchronized CompletableFuture<JsonNode> expect(String requestId) {
        unplaced.add(requestId);
        return awaited.computeIfAbsent(requestId, id -> new CompletableFuture<>());
    }

    /** The end of a request that is expected, null if it is not. */
    synchronized @Nullable CompletableFuture<JsonNode> of(String requestId) {
        return awaited.get(requestId);
    }

    /** Where the request lies, as the broker has acknowledged. */
    void placed(String requestId, int partition, long offset) {
        JsonNode stray = strayAt(requestId, new Place(partition, offset));
        if (stray != null) {
            take(stray);
        }
    }

    /** Where the request lies, if it does, nobody will tell. */
    synchronized void unplaced(String requestId) {
        unplaced.remove(requestId);
        forgetStrays();
    }

    /** A result or a rejection, as it was read. */
    void take(JsonNode end) {
        CompletableFuture<JsonNode> waiting = whoWaitsFor(end);
        if (waiting != null) {
            waiting.complete(end);
        }
    }

    /** The end was handed over, or none will come. */
    synchronized void forget(String requestId) {
        awaited.remove(requestId);
        unplaced.remove(requestId);
        Place place = places.remove(requestId);
        if (place != null) {
            byPlace.remove(place);
        }
        forgetStrays();
    }

    /** No end will come any more. */
    void fail(Throwable cause) {
        all().forEach(waiting -> waiting.completeExceptionally(cause));
    }

    private synchronized @Nullable CompletableFuture<JsonNode> whoWaitsFor(JsonNode end) {
        String id = end.path("id").textValue();
        if (id == null) {
            Place place = new Place(end.path("partition").asInt(), end.path("offset").asLong());
            id = byPlace.get(place);
            if (id == null && !unplaced.isEmpty()) {
                strays.put(place, end);
            }
        }
        return id == null ? null : awaited.get(id);
    }

    private synchronized @Nullable JsonNode strayAt(String requestId, Place place) {
        JsonNode stray = null;
        if (unplaced.remove(requestId)) {
            byPlace.put(place, requestId);
            places.put(requestId, place);
            stray = strays.get(place);
        }
        forgetStrays();
        return stray;
    }

    private synchronized List<CompletableFuture<JsonNode>> all() {
        return List.copyOf(awaited.values());
    }

    private void forgetStrays() {
        if (unplaced.isEmpty()) {
            strays.clear();
        }
    }
}
