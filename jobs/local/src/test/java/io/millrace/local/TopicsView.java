package io.millrace.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.TopicScan;
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

/**
 * What a stack has published so far, committed records only, each as often as it was published.
 * Used by one thread.
 */
final class TopicsView implements AutoCloseable {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final TopicScan scan;
    private final Map<String, List<JsonNode>> results = new HashMap<>();
    private final Map<String, String> refusals = new HashMap<>();
    private final Map<String, List<Charge>> charges = new HashMap<>();
    private final Map<String, Long> receiptEpochs = new HashMap<>();
    private final Set<Long> sealedEpochs = new HashSet<>();
    private final Set<String> sealedParts = new HashSet<>();
    private final Set<String> settledParts = new HashSet<>();

    TopicsView(String bootstrapServers) {
        scan =
                new TopicScan(
                        Brokers.at(bootstrapServers),
                        Topics.ALL.stream()
                                .filter(topic -> !topic.equals(Topics.REQUESTS))
                                .toList());
    }

    /** Passes over what is committed now. */
    void skip() throws IOException {
        scan.toEnd(record -> {});
    }

    /** Reads on. */
    void poll() throws IOException {
        scan.poll(this::add);
    }

    /** Results by request id. */
    Map<String, List<JsonNode>> results() {
        return results;
    }

    /** Charges by request id. */
    Map<String, List<Charge>> charges() {
        return charges;
    }

    /** Receipts seen so far. */
    int receiptCount() {
        return receiptEpochs.size();
    }

    /** Code by position of the refused record, "partition@offset". */
    Map<String, String> refusals() {
        return refusals;
    }

    /** Whether the request itself has come to its end: charged, or refused where it lies. */
    boolean ended(SentRequest request) {
        return refusals.containsKey(request.position())
                || charges.getOrDefault(request.requestId(), List.of()).stream()
                        .anyMatch(
                                charge ->
                                        charge.place().topicPartition() == request.partition()
                                                && charge.place().offset() == request.offset());
    }

    /**
     * Whether every charge is in an epoch, and every epoch final on chain. The partitions of one
     * transaction become visible one by one, so a receipt may be read before its epoch.
     */
    boolean settled() {
        return receiptEpochs.keySet().containsAll(charges.keySet())
                && sealedEpochs.containsAll(receiptEpochs.values())
                && settledParts.containsAll(sealedParts);
    }

    @Override
    public void close() {
        scan.close();
    }

    private void add(ConsumerRecord<byte[], byte[]> record) throws IOException {
        byte[] value = record.value();
        switch (record.topic()) {
            case Topics.RESULTS -> {
                JsonNode result = MAPPER.readTree(value);
                results.computeIfAbsent(result.path("id").asText(), id -> new ArrayList<>())
                        .add(result);
            }
            case Topics.REJECTIONS -> {
                JsonNode rejection = MAPPER.readTree(value);
                refusals.put(
                        rejection.path("partition").asInt() + "@" + rejection.path("offset"),
                        rejection.path("code").asText());
            }
            case Topics.CHARGES -> {
                Charge charge = JsonCodec.decode(value, Charge.class);
                charges.computeIfAbsent(charge.requestId(), id -> new ArrayList<>()).add(charge);
            }
            case Topics.RECEIPTS -> {
                JsonNode receipt = MAPPER.readTree(value);
                receiptEpochs.put(
                        receipt.path("charge").path("requestId").asText(),
                        receipt.path("epoch").asLong());
            }
            case Topics.EPOCHS -> {
                SealedPart part = JsonCodec.decode(value, SealedPart.class);
                sealedEpochs.add(part.header().epoch());
                sealedParts.add(part.header().epoch() + "/" + part.header().part());
            }
            case Topics.TRANSACTIONS -> {
                SettlementRecord entry = JsonCodec.decode(value, SettlementRecord.class);
                if (entry.state() == SettlementRecord.State.FINAL) {
                    settledParts.add(entry.epoch() + "/" + entry.part());
                }
            }
            case Topics.CHECKPOINTS, Topics.EVIDENCE -> {
                // say nothing about requests that charges do not
            }
            default -> throw new IllegalArgumentException("a record of " + record.topic());
        }
    }
}
