package io.millrace.local.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admit.RejectReason;
import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What the topics say has happened so far. Used by one thread. */
public final class Totals {

    /** The topics it understands. */
    public static final List<String> TOPICS =
            List.of(
                    Topics.RESULTS,
                    Topics.REJECTIONS,
                    Topics.CHARGES,
                    Topics.EPOCHS,
                    Topics.RECEIPTS,
                    Topics.TRANSACTIONS);

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Set<String> answered = new HashSet<>();
    private final Set<String> refused = new HashSet<>();
    private final Map<RejectReason, Integer> reasons = new EnumMap<>(RejectReason.class);
    private final Map<String, SealedPart> sealed = new TreeMap<>();
    private final Map<String, SettlementRecord> settled = new TreeMap<>();
    private long tokens;
    private long charges;
    private long chargedNano;
    private final Set<Long> receiptEpochs = new HashSet<>();
    private long receipts;
    private String lastReceipt = "";

    /** Takes a record of one of {@link #TOPICS} into account. */
    public void add(ConsumerRecord<byte[], byte[]> record) throws IOException {
        byte[] value = record.value();
        switch (record.topic()) {
            case Topics.RESULTS -> addResult(MAPPER.readTree(value));
            case Topics.REJECTIONS -> addRejection(MAPPER.readTree(value));
            case Topics.CHARGES -> {
                charges++;
                chargedNano =
                        Math.addExact(
                                chargedNano, JsonCodec.decode(value, Charge.class).debitNano());
            }
            case Topics.EPOCHS -> {
                SealedPart part = JsonCodec.decode(value, SealedPart.class);
                sealed.put(key(part.header().epoch(), part.header().part()), part);
            }
            case Topics.RECEIPTS -> {
                receipts++;
                JsonNode receipt = MAPPER.readTree(value);
                receiptEpochs.add(receipt.path("epoch").asLong());
                JsonNode charge = receipt.path("charge");
                if (charge.path("debitNano").asLong() > 0) {
                    lastReceipt = charge.path("requestId").asText();
                }
            }
            case Topics.TRANSACTIONS -> {
                SettlementRecord entry = JsonCodec.decode(value, SettlementRecord.class);
                if (entry.state() == SettlementRecord.State.FINAL) {
                    settled.put(key(entry.epoch(), entry.part()), entry);
                }
            }
            default -> throw new IllegalArgumentException("no total of " + record.topic());
        }
    }

    /** Requests with a result, each once however often it was published. */
    public int answered() {
        return answered.size();
    }

    public int rejected() {
        return refused.size();
    }

    public Map<RejectReason, Integer> reasons() {
        return reasons;
    }

    public long tokens() {
        return tokens;
    }

    public long charges() {
        return charges;
    }

    public long receipts() {
        return receipts;
    }

    /** Id of a request that was charged and sealed, empty before the first. */
    public String lastReceipt() {
        return lastReceipt;
    }

    /** Charged and not yet final on chain. */
    public long pendingNano() {
        long settledNano = 0;
        for (String header : settled.keySet()) {
            SealedPart part = sealed.get(header);
            settledNano += part == null ? 0 : part.header().partSumNano();
        }
        return chargedNano - settledNano;
    }

    public long gas() {
        return settled.values().stream().mapToLong(SettlementRecord::gasUsed).sum();
    }

    /**
     * Epochs that are not final on chain in all their parts. The partitions of one transaction
     * become visible one by one, so an epoch may be known by its receipts alone.
     */
    public int unsettledEpochs() {
        Set<Long> open = new HashSet<>(receiptEpochs);
        sealed.values().forEach(part -> open.add(part.header().epoch()));
        epochs().forEach(epoch -> open.remove(epoch.epoch()));
        return open.size();
    }

    /** Epochs whose parts are all final on chain, ascending. */
    public List<SettledEpoch> epochs() {
        return SettledEpoch.of(
                sealed.values(), part -> settled.get(key(part.epoch(), part.part())));
    }

    private void addResult(JsonNode result) {
        if (answered.add(result.path("id").asText())) {
            tokens += result.path("usage").path("prompt_tokens").asLong();
        }
    }

    private void addRejection(JsonNode rejection) {
        String position =
                rejection.path("partition").asInt() + "-" + rejection.path("offset").asLong();
        if (refused.add(position)) {
            reasons.merge(RejectReason.valueOf(rejection.path("code").asText()), 1, Integer::sum);
        }
    }

    private static String key(long epoch, int part) {
        return String.format("%019d/%05d", epoch, part);
    }
}
