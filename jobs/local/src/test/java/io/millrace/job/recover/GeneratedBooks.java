package io.millrace.job.recover;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.CutPosition;
import io.millrace.chain.EventPlace;
import io.millrace.chain.SealedPart;
import io.millrace.chain.VaultEvent;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.VaultHead;
import io.millrace.job.LedgerSink;
import io.millrace.job.Outbound;
import io.millrace.job.OutboundRecord;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import io.millrace.settle.CheckpointMark;
import io.millrace.settle.EpochSealer;
import io.millrace.settle.PartLimits;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.settle.SettleOptions;
import io.millrace.settle.ShardCutter;
import io.millrace.testing.ChargeBuilder;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Fills the topics of a ledger as years of running do, by the engine's own arithmetic, and is the
 * chain that has settled it. Each epoch seals {@link #PER_EPOCH} charges; the requests are so old
 * that their topic has them no more. It can be made longer, and goes on where it was.
 */
final class GeneratedBooks implements LedgerChain {

    static final int PER_EPOCH = 100;

    /** Charges behind the last epoch, in each lengthening anew. */
    static final int UNSEALED = 30;

    private static final int REQUESTERS = 100;
    private static final int REQUEST_PARTITIONS = 3;
    private static final long EPOCH_MILLIS = 600_000;
    private static final String MODEL = Hex.encode(Keccak.hashUtf8("model"));

    private final SettleOptions options;
    private final EpochSealer sealer;
    private final ShardCutter cutter;
    private final List<Long> settledNano = new ArrayList<>();

    /** One epoch after the other, long ago. */
    private long millis = 1_600_000_000_000L;

    private long charged;
    private @Nullable Future<RecordMetadata> sent;
    private List<Charge> unsealed = new ArrayList<>();

    GeneratedBooks(Eip712Domain domain, int shardDepth) {
        this.options = new SettleOptions(shardDepth, 1, 0, 0, 100_000, 0, PartLimits.DEFAULT);
        this.sealer = new EpochSealer(options, domain);
        this.cutter = new ShardCutter(options, new ReceiptLeaf(domain));
    }

    /** Writes so many epochs more, and the charges of one that is not sealed. */
    void lengthen(String servers, int epochs) throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers",
                                servers,
                                "linger.ms",
                                20,
                                "batch.size",
                                1 << 18,
                                "compression.type",
                                "lz4",
                                "buffer.memory",
                                64L << 20),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (int epoch = 0; epoch < epochs; epoch++) {
                List<Charge> charges = unsealed;
                charges.addAll(charge(producer, PER_EPOCH - charges.size()));
                unsealed = new ArrayList<>();
                seal(producer, charges);
                millis += EPOCH_MILLIS;
            }
            unsealed.addAll(charge(producer, UNSEALED));
            requireNonNull(sent).get();
            CheckpointMark mark =
                    new CheckpointMark(
                            settledNano.size(),
                            settledNano.size(),
                            sealer.head().header(),
                            "generated");
            for (String sink : List.of(LedgerSink.EPOCHS.key(0), LedgerSink.RECEIPTS.key(0))) {
                producer.send(
                                new ProducerRecord<>(
                                        Topics.CHECKPOINTS,
                                        sink.getBytes(StandardCharsets.UTF_8),
                                        JsonCodec.encode(mark)))
                        .get();
            }
        }
    }

    private List<Charge> charge(KafkaProducer<byte[], byte[]> producer, int count) {
        List<Charge> charges =
                LongStream.range(charged, charged + count)
                        .parallel()
                        .mapToObj(GeneratedBooks::charge)
                        .toList();
        charged += count;
        charges.forEach(charge -> send(producer, Outbound.of(charge)));
        return charges;
    }

    private static Charge charge(long number) {
        int account = 1 + (int) (number % REQUESTERS);
        long units = 1 + number % 250;
        return ChargeBuilder.charge()
                .id(Hex.encode(Keccak.hashUtf8("request " + number)))
                .requester(account, owner(account))
                .sequence(1 + number / REQUESTERS)
                .provider(1 + (int) (number % 2), owner(1_000))
                .model(MODEL)
                .units(units)
                .amounts(20 * units, 2 * units)
                .at((int) (number % REQUEST_PARTITIONS), number / REQUEST_PARTITIONS)
                .build();
    }

    private void seal(KafkaProducer<byte[], byte[]> producer, List<Charge> charges) {
        long cut = settledNano.size() + 1L;
        sealer.add(new CutPosition(cut, CutPosition.VAULT, cut));
        Map<Integer, List<Charge>> shards = new TreeMap<>();
        for (Charge charge : charges) {
            shards.computeIfAbsent(
                            options.shardOf(charge.requesterAccount()), s -> new ArrayList<>())
                    .add(charge);
        }
        List<ShardCutter.Cut> cuts =
                shards.entrySet().stream()
                        .map(shard -> cutter.cut(cut, shard.getKey(), shard.getValue(), List.of()))
                        .toList();
        cuts.forEach(shard -> sealer.add(shard.root()));
        for (EpochSealer.Sealed sealed : sealer.seal(cut)) {
            for (SealedPart part : sealed.parts()) {
                send(producer, Outbound.of(part));
                send(producer, finalOf(part));
                settledNano.add(part.header().partSumNano());
            }
        }
        for (ShardCutter.Cut shard : cuts) {
            shard.receipts().stream()
                    .map(receipt -> receipt.numbered(cut))
                    .forEach((Receipt receipt) -> send(producer, Outbound.of(receipt)));
        }
    }

    private static OutboundRecord finalOf(SealedPart part) {
        SettlementRecord entry =
                new SettlementRecord(
                        SettlementRecord.State.FINAL,
                        part.header().epoch(),
                        0,
                        part.hash(),
                        part.header().epoch(),
                        part.hash(),
                        "",
                        10,
                        1,
                        part.header().epoch(),
                        100_000,
                        0);
        return new OutboundRecord(Topics.TRANSACTIONS, new byte[] {0}, JsonCodec.encode(entry));
    }

    private void send(KafkaProducer<byte[], byte[]> producer, OutboundRecord record) {
        sent =
                producer.send(
                        new ProducerRecord<>(
                                record.topic(), null, millis, record.key(), record.value()));
    }

    private static String owner(int account) {
        return "0x%040x".formatted(account);
    }

    long charged() {
        return charged;
    }

    @Override
    public long finalBlock() {
        return settledNano.size() + 10L;
    }

    @Override
    public void events(long to, Consumer<VaultEvent> events) {
        for (int account = 1; account <= REQUESTERS; account++) {
            events.accept(new VaultEvent.SpendingAccountOpened(place(1), account, owner(account)));
            events.accept(new VaultEvent.Deposited(place(1), account, owner(account), 1L << 50));
        }
        for (int epoch = 1; epoch <= settledNano.size(); epoch++) {
            events.accept(
                    new VaultEvent.EpochSettled(
                            place(epoch), epoch, 0, settledNano.get(epoch - 1)));
        }
    }

    private static EventPlace place(long block) {
        return new EventPlace(block, block * 1_000, 0, Hex.ZERO_32);
    }

    @Override
    public LedgerChecks.VaultRecord latest() {
        return new LedgerChecks.VaultRecord() {
            @Override
            public VaultHead head() {
                return new VaultHead(sealer.head().header(), settledNano.size(), 0, 1);
            }

            @Override
            public String headerOf(long epoch, int part) {
                return Hex.ZERO_32;
            }
        };
    }
}
