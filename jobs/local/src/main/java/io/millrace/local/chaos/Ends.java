package io.millrace.local.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admit.RejectReason;
import io.millrace.admit.RequestPlace;
import io.millrace.infer.OutcomeStatus;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Which end each request has found, as far as it is committed. Used by one thread. */
public final class Ends {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<RequestPlace, Integer> charged = new HashMap<>();
    private final Map<RequestPlace, List<RejectReason>> refused = new HashMap<>();
    private final Map<String, Integer> chargesOf = new HashMap<>();
    private final Map<RequestPlace, OutcomeStatus> unanswered = new HashMap<>();

    /** Takes a record of charges or rejections into account; others say nothing of ends. */
    void add(ConsumerRecord<byte[], byte[]> record) throws IOException {
        if (record.topic().equals(Topics.CHARGES)) {
            Charge charge = JsonCodec.decode(record.value(), Charge.class);
            charged.merge(charge.place(), 1, Integer::sum);
            chargesOf.merge(charge.requestId(), 1, Integer::sum);
            if (charge.status() != OutcomeStatus.ANSWERED) {
                unanswered.put(charge.place(), charge.status());
            }
        } else if (record.topic().equals(Topics.REJECTIONS)) {
            JsonNode rejection = MAPPER.readTree(record.value());
            RequestPlace at =
                    new RequestPlace(
                            rejection.path("partition").asInt(), rejection.path("offset").asLong());
            refused.computeIfAbsent(at, unused -> new ArrayList<>())
                    .add(RejectReason.valueOf(rejection.path("code").asText()));
        }
    }

    /** How many of {@code expected} have no end yet. */
    int open(List<Expected> expected) {
        return (int) expected.stream().filter(one -> ends(one.place()) == 0).count();
    }

    /**
     * Holds what happened against what had to.
     *
     * @param neverCommitted places of records that nobody may have read
     */
    Count count(List<Expected> expected, Set<RequestPlace> neverCommitted) {
        int lost = 0;
        int doubled = 0;
        List<String> misjudged = new ArrayList<>();
        Set<String> good = new HashSet<>();
        for (Expected one : expected) {
            int ends = ends(one.place());
            if (ends == 0) {
                lost++;
            } else if (ends > 1) {
                doubled++;
            } else if (one.refusal() == null) {
                good.add(one.requestId());
                if (unanswered.containsKey(one.place())) {
                    misjudged.add(one + " was not answered: " + unanswered.get(one.place()));
                }
                // A copy that came second; the check below asks for the one that came first.
                if (!charged.containsKey(one.place())
                        && !refusals(one.place()).contains(RejectReason.DUPLICATE)) {
                    misjudged.add(one + " was refused: " + refusals(one.place()));
                }
            } else if (!refusals(one.place()).contains(one.refusal())) {
                misjudged.add(
                        one
                                + " was "
                                + (charged.containsKey(one.place())
                                        ? "charged"
                                        : "refused: " + refusals(one.place())));
            }
        }
        for (RequestPlace place : neverCommitted) {
            if (ends(place) > 0) {
                misjudged.add(place + " was never committed, and has found an end");
            }
        }
        for (String requestId : good) {
            int charges = chargesOf.getOrDefault(requestId, 0);
            lost += charges == 0 ? 1 : 0;
            doubled += charges > 1 ? 1 : 0;
        }
        return new Count(expected.size(), charged.size(), refused.size(), lost, doubled, misjudged);
    }

    /**
     * What became of what was sent.
     *
     * @param sent records
     * @param charged and {@code refused}: records
     * @param lost records without an end, and good requests without a charge
     * @param doubled records with several ends, and requests with several charges
     * @param misjudged one line for each record that found the wrong end
     */
    public record Count(
            int sent, int charged, int refused, int lost, int doubled, List<String> misjudged) {

        /** Copies. */
        public Count {
            misjudged = List.copyOf(misjudged);
        }

        /** Whether each has the one end it must have. */
        public boolean ok() {
            return lost == 0 && doubled == 0 && misjudged.isEmpty();
        }
    }

    private int ends(RequestPlace at) {
        return charged.getOrDefault(at, 0) + refusals(at).size();
    }

    private List<RejectReason> refusals(RequestPlace at) {
        return refused.getOrDefault(at, List.of());
    }
}
