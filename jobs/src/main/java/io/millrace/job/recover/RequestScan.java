package io.millrace.job.recover;

import io.millrace.admit.InferenceRequest;
import io.millrace.admit.RequestCodec;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.RequestSignature;
import io.millrace.job.recover.rows.RowCursor;
import io.millrace.unit.Hex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds what became of each record of the request topic: charged or rejected, and then never to be
 * processed again, or neither, and then to be processed. Ids and deadlines come from the records
 * themselves; the deadlines of what was charged go into the rows. Each partition is read next to
 * the outcomes of its records, in their order.
 */
final class RequestScan implements AutoCloseable {

    /** How far the clocks of two machines may be apart. */
    private static final long SKEW_MILLIS = Duration.ofMinutes(10).toMillis();

    /**
     * What was found.
     *
     * @param starts by partition: first record without an outcome, or the end
     * @param accounted records from there on that have one
     * @param clockMillis no record that is still to be processed was appended before
     */
    record Result(Map<Integer, Long> starts, List<RequestPlace> accounted, long clockMillis) {

        /** Copies. */
        Result {
            starts = Map.copyOf(starts);
            accounted = List.copyOf(accounted);
        }
    }

    /** Of one partition while it is read. */
    private static final class Partition {
        private final int number;
        private final RowCursor outcomes;
        private long next;
        private long start = -1;
        private long firstMillis = -1;
        private long clockMillis;

        Partition(int number, RowCursor outcomes) {
            this.number = number;
            this.outcomes = outcomes;
        }
    }

    private final LedgerRows rows;
    private final RequestCodec codec;
    private final RequestSignature signature;
    private final long horizonMillis;
    private final Map<Integer, Partition> partitions = new HashMap<>();
    private final List<RequestPlace> accounted = new ArrayList<>();

    /**
     * @param rows with all outcomes; deadlines are added to them
     * @param horizonMillis how far behind its append time a deadline can lie
     */
    RequestScan(
            LedgerRows rows, RequestCodec codec, RequestSignature signature, long horizonMillis) {
        this.rows = rows;
        this.codec = codec;
        this.signature = signature;
        this.horizonMillis = horizonMillis;
    }

    /** Names a partition, also one without records, and where it ends. */
    void partition(int partition, long end) {
        of(partition).next = end;
    }

    private Partition of(int number) {
        return partitions.computeIfAbsent(number, p -> new Partition(p, rows.outcomes(p)));
    }

    /** Takes the next record of its partition. */
    void add(RequestRecord record) {
        RequestPlace place = record.place();
        Partition partition = of(place.topicPartition());
        if (partition.firstMillis < 0) {
            partition.firstMillis = record.appendMillis();
        }
        forget(partition, place.offset());
        Outcome outcome = outcomeAt(partition, place.offset());
        if (outcome != null && outcome.isCharge()) {
            rows.deadline(deadline(record, outcome), outcome);
        }
        if (partition.start < 0) {
            partition.clockMillis = record.appendMillis();
            if (outcome == null && !record.tick()) {
                partition.start = place.offset();
            }
        } else if (outcome != null) {
            accounted.add(place);
        }
        partition.next = Math.max(partition.next, place.offset() + 1);
    }

    /** After the last record. */
    Result result() {
        rows.requestPartitions().forEach(this::of);
        Map<Integer, Long> starts = new HashMap<>();
        long clockMillis = Long.MAX_VALUE;
        for (Partition partition : partitions.values()) {
            forget(partition, Long.MAX_VALUE);
            starts.put(partition.number, partition.start < 0 ? partition.next : partition.start);
            clockMillis = Math.min(clockMillis, clock(partition));
        }
        return new Result(starts, accounted, partitions.isEmpty() ? 0 : clockMillis);
    }

    /** What a partition without records will get is appended after all that was charged. */
    private long clock(Partition partition) {
        return partition.firstMillis < 0
                ? Math.max(0, rows.newestMillis() - SKEW_MILLIS)
                : partition.clockMillis;
    }

    /**
     * Passes over outcomes of records that Kafka keeps no more, up to an offset: they get the
     * latest deadline that they can have had.
     */
    private void forget(Partition partition, long offset) {
        while (partition.outcomes.isAtRow() && Outcome.at(partition.outcomes).offset() < offset) {
            Outcome gone = outcomeAt(partition, Outcome.at(partition.outcomes).offset());
            if (gone != null && gone.isCharge()) {
                rows.deadline(latestDeadline(partition, gone), gone);
            }
        }
    }

    /** A request is older than its charge, and than the first record that is left. */
    private long latestDeadline(Partition partition, Outcome gone) {
        long latest = Long.MAX_VALUE;
        if (partition.firstMillis >= 0) {
            latest = Math.addExact(partition.firstMillis, horizonMillis);
        }
        return gone.millis() < 0
                ? latest
                : Math.min(latest, Math.addExact(gone.millis(), SKEW_MILLIS + horizonMillis));
    }

    /** The one at {@code offset}, if the cursor is there; it is behind that afterwards. */
    private static @Nullable Outcome outcomeAt(Partition partition, long offset) {
        RowCursor row = partition.outcomes;
        Outcome found = null;
        while (row.isAtRow()) {
            Outcome outcome = Outcome.at(row);
            if (outcome.offset() != offset) {
                break;
            }
            if (found != null && found.isCharge() && outcome.isCharge()) {
                throw new RecoverException(
                        ("requests %s and %s are both charged at request record %s; a record was"
                                        + " charged twice, run: jobs/bin/millrace audit")
                                .formatted(
                                        found.requestId(),
                                        outcome.requestId(),
                                        new RequestPlace(partition.number, offset)));
            }
            if (found == null || outcome.isCharge()) {
                found = outcome;
            }
            row.next();
        }
        return found;
    }

    private long deadline(RequestRecord record, Outcome charge) {
        Optional<InferenceRequest> request = codec.read(record.value());
        String id = request.map(r -> Hex.encode(signature.digest(r))).orElse("no request");
        if (!id.equals(charge.requestId())) {
            throw new RecoverException(
                    ("charge of request %s names request record %s but that record is %s; the"
                                    + " request topic was re-created or the charge changed, restore"
                                    + " the topic")
                            .formatted(charge.requestId(), record.place(), id));
        }
        return request.map(InferenceRequest::deadlineMillis).orElseThrow();
    }

    @Override
    public void close() {
        partitions.values().forEach(partition -> partition.outcomes.close());
    }
}
