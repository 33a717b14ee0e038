package io.millrace.job.recover;

import io.millrace.admit.InferenceRequest;
import io.millrace.admit.RequestCodec;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.RequestSignature;
import io.millrace.meter.Charge;
import io.millrace.unit.Hex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds what became of each record of the request topic: charged or rejected, and then never to be
 * processed again, or neither, and then to be processed. Ids and deadlines come from the records
 * themselves.
 */
public final class RequestScan {

    /**
     * What was found.
     *
     * @param starts by partition: first record without an outcome, or the end
     * @param accounted records from there on that have one
     * @param deadlines by id of charged requests, unix ms; of those that Kafka keeps no more the
     *     latest they can have had
     * @param clockMillis no record that is still to be processed was appended before
     */
    public record Result(
            Map<Integer, Long> starts,
            List<RequestPlace> accounted,
            Map<String, Long> deadlines,
            long clockMillis) {

        /** Copies. */
        public Result {
            starts = Map.copyOf(starts);
            accounted = List.copyOf(accounted);
            deadlines = Map.copyOf(deadlines);
        }
    }

    /** Of one partition while it is read. */
    private static final class Partition {
        private long next;
        private long start = -1;
        private long firstMillis = -1;
        private long clockMillis;
    }

    private final Map<RequestPlace, Charge> charged = new HashMap<>();
    private final Set<RequestPlace> rejected;
    private final RequestCodec codec;
    private final RequestSignature signature;
    private final long horizonMillis;
    private final Map<Integer, Partition> partitions = new HashMap<>();
    private final List<RequestPlace> accounted = new ArrayList<>();
    private final Map<String, Long> deadlines = new HashMap<>();

    /**
     * Knows the outcomes, before the first record is added.
     *
     * @param horizonMillis how far behind its append time a deadline can lie
     */
    public RequestScan(
            List<Charge> charges,
            Set<RequestPlace> rejected,
            RequestCodec codec,
            RequestSignature signature,
            long horizonMillis) {
        for (Charge charge : charges) {
            Charge other = charged.put(charge.place(), charge);
            if (other != null) {
                throw new RecoverException(
                        ("requests %s and %s are both charged at %s; a record was"
                                        + " charged twice, run: jobs/bin/millrace audit")
                                .formatted(other.requestId(), charge.requestId(), place(charge)));
            }
        }
        this.rejected = new HashSet<>(rejected);
        this.codec = codec;
        this.signature = signature;
        this.horizonMillis = horizonMillis;
    }

    /** Names a partition, also one without records, and where it ends. */
    public void partition(int partition, long end) {
        partitions.computeIfAbsent(partition, p -> new Partition()).next = end;
    }

    /** Takes the next record of its partition. */
    public void add(RequestRecord record) {
        RequestPlace place = record.place();
        Partition partition =
                partitions.computeIfAbsent(place.topicPartition(), p -> new Partition());
        if (partition.firstMillis < 0) {
            partition.firstMillis = record.appendMillis();
        }
        Charge charge = charged.remove(place);
        boolean ended = charge != null || rejected.contains(place);
        if (charge != null) {
            deadlines.put(charge.requestId(), deadline(record, charge));
        }
        if (partition.start < 0) {
            partition.clockMillis = record.appendMillis();
            if (!ended && !record.tick()) {
                partition.start = place.offset();
            }
        } else if (ended) {
            accounted.add(place);
        }
        partition.next = Math.max(partition.next, place.offset() + 1);
    }

    /** After the last record. */
    public Result result() {
        for (Charge gone : charged.values()) {
            Partition partition = partitions.get(gone.place().topicPartition());
            long before = partition == null ? -1 : partition.firstMillis;
            deadlines.put(
                    gone.requestId(),
                    before < 0 ? Long.MAX_VALUE : Math.addExact(before, horizonMillis));
        }
        Map<Integer, Long> starts = new HashMap<>();
        long clockMillis = Long.MAX_VALUE;
        for (Map.Entry<Integer, Partition> entry : partitions.entrySet()) {
            Partition partition = entry.getValue();
            starts.put(entry.getKey(), partition.start < 0 ? partition.next : partition.start);
            clockMillis = Math.min(clockMillis, partition.clockMillis);
        }
        return new Result(starts, accounted, deadlines, partitions.isEmpty() ? 0 : clockMillis);
    }

    private long deadline(RequestRecord record, Charge charge) {
        Optional<InferenceRequest> request = codec.read(record.value());
        String id = request.map(r -> Hex.encode(signature.digest(r))).orElse("no request");
        if (!id.equals(charge.requestId())) {
            throw new RecoverException(
                    ("charge of request %s names %s but that record is %s; the"
                                    + " request topic was re-created or the charge changed, restore"
                                    + " the topic")
                            .formatted(charge.requestId(), place(charge), id));
        }
        return request.map(InferenceRequest::deadlineMillis).orElseThrow();
    }

    private static String place(Charge charge) {
        return "request record " + charge.place();
    }
}
