package io.millrace.job.recover;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.admit.RejectionCodec;
import io.millrace.admit.RequestCodec;
import io.millrace.admit.RequestSignature;
import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.job.JobConfig;
import io.millrace.job.LedgerSink;
import io.millrace.job.OutboundRecord;
import io.millrace.job.RequestRecordSchema;
import io.millrace.job.ResultsMode;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.LogReader;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.Receipt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Collects the history of a ledger from Kafka and the chain, while no job writes it. */
final class LedgerReader implements LedgerMend.StoredRecords {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final JobConfig config;
    private final LedgerChain chain;
    private final Consumer<String> says;
    private final Map<String, Long> starts = new LinkedHashMap<>();

    /**
     * @param says gets a line every few seconds
     */
    LedgerReader(JobConfig config, LedgerChain chain, Consumer<String> says) {
        this.config = config;
        this.chain = chain;
        this.says = says;
    }

    /**
     * Everything that is committed, and final on chain.
     *
     * @param rows without records; they get all of them
     */
    LedgerHistory read(LedgerRows rows) throws IOException, RpcException {
        starts.clear();
        long finalBlock = chain.finalBlock();
        charges(rows);
        scan(Topics.REJECTIONS, record -> rows.rejection(RejectionCodec.placeOf(record.value())));
        scan(
                Topics.RECEIPTS,
                record ->
                        rows.receipt(
                                JsonCodec.decode(record.value(), Receipt.class), placeOf(record)));
        Map<String, CheckpointMark> marks = marks();
        parts(rows);
        RequestScan.Result requests = requests(rows);
        ChainBooks books = new ChainBooks();
        chain.events(finalBlock, books::add);
        return LedgerHistory.of(
                rows,
                new LedgerHistory.Marks(
                        newest(marks),
                        marks.getOrDefault(LedgerSink.EPOCHS.key(0), CheckpointMark.NONE)),
                requests,
                books,
                finalBlock,
                rules());
    }

    /** How the records of this ledger are compared. */
    LedgerHistory.Rules rules() {
        return new LedgerHistory.Rules(
                config.chain().domain(), 1 << config.settle().shardDepth(), says);
    }

    /** Where each source begins to read after that, "topic-partition" to offset. */
    Map<String, Long> starts() {
        return starts;
    }

    @Override
    public List<Receipt> receipts(Set<Long> epochs) throws IOException {
        return stored(Topics.RECEIPTS, Receipt.class, receipt -> epochs.contains(receipt.epoch()));
    }

    @Override
    public List<Charge> charges(Predicate<Charge> wanted) throws IOException {
        return stored(Topics.CHARGES, Charge.class, wanted);
    }

    private <T> List<T> stored(String topic, Class<T> type, Predicate<T> wanted)
            throws IOException {
        List<Stored<T>> found = new ArrayList<>();
        stored(
                topic,
                record -> {
                    T value = JsonCodec.decode(record.value(), type);
                    if (wanted.test(value)) {
                        found.add(new Stored<>(record.timestamp(), record.offset(), value));
                    }
                });
        return found.stream()
                .sorted(
                        Comparator.<Stored<T>>comparingLong(Stored::millis)
                                .thenComparingLong(Stored::offset))
                .map(Stored::value)
                .toList();
    }

    /**
     * The answers that were to become visible with {@code charges} and were aborted with them, if
     * that is how this job publishes them.
     */
    List<OutboundRecord> abortedAnswers(List<Charge> charges) throws IOException {
        if (config.results() != ResultsMode.COMMITTED || charges.isEmpty()) {
            return List.of();
        }
        Map<String, Charge> wanted = new HashMap<>();
        charges.forEach(charge -> wanted.put(charge.requestId(), charge));
        Map<String, OutboundRecord> answers = new TreeMap<>();
        stored(
                Topics.RESULTS,
                record -> {
                    String id = new String(record.key(), StandardCharsets.UTF_8);
                    Charge charge = wanted.get(id);
                    if (charge != null && isAnswerOf(charge, record.value())) {
                        answers.put(
                                id,
                                new OutboundRecord(Topics.RESULTS, record.key(), record.value()));
                    }
                });
        try (TopicScan scan = scan(Topics.RESULTS)) {
            scan.toEnd(record -> answers.remove(new String(record.key(), StandardCharsets.UTF_8)));
        }
        return List.copyOf(answers.values());
    }

    /** The evidence of {@code charges}, which were aborted with it. */
    LostEvidence evidence(List<Charge> charges) throws IOException {
        LostEvidence evidence = new LostEvidence(config.chain().domain(), charges);
        if (!charges.isEmpty()) {
            stored(Topics.EVIDENCE, evidence::stored);
            scan(Topics.EVIDENCE, evidence::committed);
        }
        return evidence;
    }

    /** Of several attempts the one that was charged: another provider's is not. */
    private static boolean isAnswerOf(Charge charge, byte[] result) throws IOException {
        JsonNode answer = JsonCodec.tree(result);
        return answer.path("charge").path("debitNano").asLong(-1) == charge.debitNano()
                && answer.path("provider").path("account").asInt(-1) == charge.providerAccount();
    }

    private record Stored<T>(long millis, long offset, T value) {}

    private void stored(String topic, LogReader.Visitor visitor) throws IOException {
        try (LogReader log =
                new LogReader(
                        config.kafka().brokers(), IsolationLevel.READ_UNCOMMITTED, PATIENCE)) {
            List<TopicPartition> partitions = log.partitionsOf(List.of(topic));
            Map<TopicPartition, Long> ends = log.ends(partitions);
            ScanProgress progress = new ScanProgress(topic, ends, says);
            log.rewind(partitions);
            log.readTo(
                    ends,
                    record -> {
                        visitor.visit(record);
                        progress.count(record);
                    });
        }
    }

    /** By sink: of the newest checkpoint that it has committed. */
    private Map<String, CheckpointMark> marks() throws IOException {
        Map<String, CheckpointMark> marks = new HashMap<>();
        try (TopicScan scan = scan(Topics.CHECKPOINTS)) {
            scan.toEnd(
                    record ->
                            marks.put(
                                    new String(record.key(), StandardCharsets.UTF_8),
                                    JsonCodec.decode(record.value(), CheckpointMark.class)));
        }
        return marks;
    }

    private static CheckpointMark newest(Map<String, CheckpointMark> marks) {
        return marks.values().stream()
                .max(Comparator.comparingLong(CheckpointMark::checkpoint))
                .orElse(CheckpointMark.NONE);
    }

    /** Those committed are accounted for in the rebuilt funds. */
    private void charges(LedgerRows rows) throws IOException {
        try (TopicScan scan = scan(Topics.CHARGES)) {
            toEnd(
                    scan,
                    Topics.CHARGES,
                    record ->
                            rows.charge(
                                    JsonCodec.decode(record.value(), Charge.class),
                                    record.value(),
                                    placeOf(record),
                                    record.timestamp()));
            scan.ends().forEach((partition, end) -> starts.put(partition.toString(), end));
        }
    }

    /** The submitter goes on at the first part that it has not reported as final. */
    private void parts(LedgerRows rows) throws IOException {
        scan(
                Topics.TRANSACTIONS,
                record -> {
                    SettlementRecord entry =
                            JsonCodec.decode(record.value(), SettlementRecord.class);
                    if (entry.state() == SettlementRecord.State.FINAL) {
                        rows.reported(entry.header());
                    }
                });
        try (TopicScan scan = scan(Topics.EPOCHS)) {
            scan.ends().forEach((partition, end) -> starts.put(partition.toString(), end));
            toEnd(
                    scan,
                    Topics.EPOCHS,
                    record -> {
                        SealedPart part = JsonCodec.decode(record.value(), SealedPart.class);
                        rows.part(part, record.value(), placeOf(record));
                        if (!rows.isReported(part.hash())) {
                            starts.merge(
                                    record.topic() + "-" + record.partition(),
                                    record.offset(),
                                    Math::min);
                        }
                    });
        }
    }

    private RequestScan.Result requests(LedgerRows rows) throws IOException {
        try (RequestScan requests =
                        new RequestScan(
                                rows,
                                new RequestCodec(config.admit().maxRecordBytes()),
                                new RequestSignature(config.chain().domain()),
                                config.admit().horizon().toMillis());
                TopicScan scan = scan(Topics.REQUESTS)) {
            scan.ends().forEach((partition, end) -> requests.partition(partition.partition(), end));
            toEnd(scan, Topics.REQUESTS, record -> requests.add(RequestRecordSchema.of(record)));
            RequestScan.Result result = requests.result();
            result.starts()
                    .forEach(
                            (partition, offset) ->
                                    starts.put(Topics.REQUESTS + "-" + partition, offset));
            return result;
        }
    }

    private static RecordPlace placeOf(ConsumerRecord<byte[], byte[]> record) {
        return new RecordPlace(record.partition(), record.offset());
    }

    private TopicScan scan(String topic) {
        return new TopicScan(config.kafka().brokers(), List.of(topic));
    }

    private void scan(String topic, TopicScan.Visitor visitor) throws IOException {
        try (TopicScan scan = scan(topic)) {
            toEnd(scan, topic, visitor);
        }
    }

    private void toEnd(TopicScan scan, String topic, TopicScan.Visitor visitor) throws IOException {
        ScanProgress progress = new ScanProgress(topic, scan.ends(), says);
        scan.toEnd(
                record -> {
                    visitor.visit(record);
                    progress.count(record);
                });
    }
}
