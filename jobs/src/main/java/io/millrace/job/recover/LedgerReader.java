package io.millrace.job.recover;

import io.millrace.admit.RejectionCodec;
import io.millrace.admit.RequestCodec;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestSignature;
import io.millrace.chain.SealedPart;
import io.millrace.chain.event.JsonRpcEventChain;
import io.millrace.chain.event.VaultEvents;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.L2Block;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.VaultClient;
import io.millrace.job.JobConfig;
import io.millrace.job.RequestRecordSchema;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.Receipt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects the history of a ledger from Kafka and the chain, while no job writes it. */
final class LedgerReader {

    private static final long NODE_PAUSE_MILLIS = 200;

    private final JobConfig config;
    private final VaultClient chain;
    private final Map<String, Long> starts = new LinkedHashMap<>();

    LedgerReader(JobConfig config, VaultClient chain) {
        this.config = config;
        this.chain = chain;
    }

    /** Everything that is committed, and final on chain. */
    LedgerHistory read() throws IOException, RpcException {
        L2Block finalBlock = chain.finalBlock();
        List<Charge> charges = charges();
        Set<RequestPlace> rejected = new HashSet<>();
        scan(Topics.REJECTIONS, value -> rejected.add(RejectionCodec.placeOf(value)));
        List<Receipt> receipts = new ArrayList<>();
        scan(Topics.RECEIPTS, value -> receipts.add(JsonCodec.decode(value, Receipt.class)));
        return new LedgerHistory(
                mark(),
                charges,
                parts(),
                receipts,
                requests(charges, rejected),
                VaultEvents.between(
                        JsonRpcEventChain.over(config.chain().connection()).open(),
                        config.chain().logsCheck(),
                        config.chain().startBlock(),
                        finalBlock.number(),
                        NODE_PAUSE_MILLIS),
                finalBlock.number());
    }

    /** Where each source begins to read after that, "topic-partition" to offset. */
    Map<String, Long> starts() {
        return starts;
    }

    /** Of the newest checkpoint that any sink has committed. */
    private CheckpointMark mark() throws IOException {
        List<CheckpointMark> marks = new ArrayList<>();
        scan(Topics.CHECKPOINTS, value -> marks.add(JsonCodec.decode(value, CheckpointMark.class)));
        return marks.stream()
                .max(Comparator.comparingLong(CheckpointMark::checkpoint))
                .orElse(CheckpointMark.NONE);
    }

    /** Those committed are accounted for in the rebuilt funds. */
    private List<Charge> charges() throws IOException {
        List<Charge> charges = new ArrayList<>();
        try (TopicScan scan = scan(Topics.CHARGES)) {
            scan.toEnd(record -> charges.add(JsonCodec.decode(record.value(), Charge.class)));
            scan.ends().forEach((partition, end) -> starts.put(partition.toString(), end));
        }
        return charges;
    }

    /** The submitter goes on at the first part that it has not reported as final. */
    private List<SealedPart> parts() throws IOException {
        Set<String> reported = new HashSet<>();
        scan(
                Topics.TRANSACTIONS,
                value -> {
                    SettlementRecord entry = JsonCodec.decode(value, SettlementRecord.class);
                    if (entry.state() == SettlementRecord.State.FINAL) {
                        reported.add(entry.header());
                    }
                });
        List<SealedPart> parts = new ArrayList<>();
        try (TopicScan scan = scan(Topics.EPOCHS)) {
            scan.ends().forEach((partition, end) -> starts.put(partition.toString(), end));
            scan.toEnd(
                    record -> {
                        SealedPart part = JsonCodec.decode(record.value(), SealedPart.class);
                        parts.add(part);
                        if (!reported.contains(part.hash())) {
                            starts.merge(
                                    record.topic() + "-" + record.partition(),
                                    record.offset(),
                                    Math::min);
                        }
                    });
        }
        return parts;
    }

    private RequestScan.Result requests(List<Charge> charges, Set<RequestPlace> rejected)
            throws IOException {
        RequestScan requests =
                new RequestScan(
                        charges,
                        rejected,
                        new RequestCodec(config.admit().maxRecordBytes()),
                        new RequestSignature(config.chain().domain()),
                        config.admit().horizon().toMillis());
        try (TopicScan scan = scan(Topics.REQUESTS)) {
            scan.ends().forEach((partition, end) -> requests.partition(partition.partition(), end));
            scan.toEnd(record -> requests.add(RequestRecordSchema.of(record)));
        }
        RequestScan.Result result = requests.result();
        result.starts()
                .forEach(
                        (partition, offset) ->
                                starts.put(Topics.REQUESTS + "-" + partition, offset));
        return result;
    }

    private TopicScan scan(String topic) {
        return new TopicScan(config.kafka().bootstrapServers(), List.of(topic));
    }

    private void scan(String topic, Values values) throws IOException {
        try (TopicScan scan = scan(topic)) {
            scan.toEnd(record -> values.take(record.value()));
        }
    }

    /** Takes what the records hold. */
    @FunctionalInterface
    private interface Values {
        void take(byte[] value) throws IOException;
    }
}
