package io.millrace.job.recover;

import io.millrace.infer.OutcomeSignature;
import io.millrace.job.OutboundRecord;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import io.millrace.meter.EvidenceCodec;
import io.millrace.unit.Eip712Domain;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The evidence of charges whose transaction was aborted: a broker keeps its records as it keeps all
 * others, until they age out. One thread.
 */
final class LostEvidence {

    private final OutcomeSignature signatures;
    private final Map<String, Charge> wanted = new HashMap<>();
    private final Map<String, OutboundRecord> found = new TreeMap<>();
    private final Set<String> visible = new HashSet<>();

    /**
     * Of {@code charges}.
     *
     * @param domain under which providers sign
     */
    LostEvidence(Eip712Domain domain, List<Charge> charges) {
        signatures = new OutcomeSignature(domain);
        charges.forEach(charge -> wanted.put(charge.requestId(), charge));
    }

    /** A record of the topic, whatever became of its transaction. */
    void stored(ConsumerRecord<byte[], byte[]> record) {
        if (isWanted(record)) {
            found.put(
                    idOf(record),
                    new OutboundRecord(Topics.EVIDENCE, record.key(), record.value()));
        }
    }

    /** A record that is committed: it need not be published again. */
    void committed(ConsumerRecord<byte[], byte[]> record) {
        if (isWanted(record)) {
            visible.add(idOf(record));
        }
    }

    /** What is to be published with the charges. */
    List<OutboundRecord> records() {
        return found.entrySet().stream()
                .filter(one -> !visible.contains(one.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** How many charges have none anywhere: whoever challenges them wins. */
    long missing() {
        return wanted.keySet().stream()
                .filter(id -> !found.containsKey(id) && !visible.contains(id))
                .count();
    }

    /** Of several attempts that which was charged: another provider's is not. */
    private boolean isWanted(ConsumerRecord<byte[], byte[]> record) {
        Charge charge = wanted.get(idOf(record));
        return charge != null
                && record.value() != null
                && EvidenceCodec.outcomeOf(charge.requestId(), record.value(), signatures)
                        .equals(charge.outcome());
    }

    private static String idOf(ConsumerRecord<byte[], byte[]> record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.US_ASCII);
    }
}
