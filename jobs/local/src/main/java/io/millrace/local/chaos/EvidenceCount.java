package io.millrace.local.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What stands behind charges, as far as it is committed: each has its evidence, once. A charge
 * without it is lost to whoever challenges it. What the evidence says is the audit's to judge. Used
 * by one thread.
 */
public final class EvidenceCount {

    private final Set<String> charged = new HashSet<>();
    private final Map<String, Integer> evidenceOf = new HashMap<>();

    /** Takes a record of charges or evidence into account; others say nothing of it. */
    void add(ConsumerRecord<byte[], byte[]> record) throws IOException {
        if (record.topic().equals(Topics.CHARGES)) {
            charged.add(JsonCodec.decode(record.value(), Charge.class).requestId());
        } else if (record.topic().equals(Topics.EVIDENCE)) {
            evidenceOf.merge(new String(record.key(), US_ASCII), 1, Integer::sum);
        }
    }

    /** How many charged requests have none yet. */
    int missing() {
        return (int) charged.stream().filter(id -> !evidenceOf.containsKey(id)).count();
    }

    /** What there is now. */
    Found found() {
        int unasked =
                (int) evidenceOf.keySet().stream().filter(id -> !charged.contains(id)).count();
        int doubled = (int) evidenceOf.values().stream().filter(records -> records > 1).count();
        return new Found(charged.size(), missing(), doubled, unasked);
    }

    /**
     * How it stands with all charges.
     *
     * @param charged requests
     * @param missing charged requests without evidence
     * @param doubled requests with more than one record of it
     * @param uncharged requests with evidence and no charge
     */
    public record Found(int charged, int missing, int doubled, int uncharged) {

        /** Whether each charge has its own, and nothing else has. */
        public boolean ok() {
            return missing == 0 && doubled == 0 && uncharged == 0;
        }
    }
}
