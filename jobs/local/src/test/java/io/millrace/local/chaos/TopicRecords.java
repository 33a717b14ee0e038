package io.millrace.local.chaos;

import io.millrace.admit.RejectReason;
import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWords;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.Topics;
import io.millrace.meter.Charge;
import io.millrace.settle.Receipt;
import io.millrace.settle.earned.EarnedBefore;
import io.millrace.testing.ChargeBuilder;
import io.millrace.unit.Hex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What the engine writes, as a harness that looks on reads it. */
final class TopicRecords {

    static final long DEBIT_NANO = 200;

    private TopicRecords() {}

    /** Of the request at {@code offset} of partition {@code partition}. */
    static ConsumerRecord<byte[], byte[]> charge(String requestId, int partition, long offset)
            throws IOException {
        return record(Topics.CHARGES, chargeOf(requestId, partition, offset));
    }

    /** Its value says nothing here. */
    static ConsumerRecord<byte[], byte[]> evidence(String requestId) {
        return new ConsumerRecord<>(
                Topics.EVIDENCE,
                0,
                0,
                requestId.getBytes(StandardCharsets.US_ASCII),
                new byte[] {1});
    }

    static ConsumerRecord<byte[], byte[]> rejection(
            int partition, long offset, RejectReason reason) {
        String json =
                "{\"code\":\"%s\",\"partition\":%d,\"offset\":%d}"
                        .formatted(reason, partition, offset);
        return record(Topics.REJECTIONS, json.getBytes(StandardCharsets.UTF_8));
    }

    static Receipt receiptOf(int index) {
        return new Receipt(
                1,
                1,
                0,
                index,
                EarnedBefore.NOTHING,
                chargeOf("0x" + "%064x".formatted(index), 0, index));
    }

    static ConsumerRecord<byte[], byte[]> receipt() throws IOException {
        return record(Topics.RECEIPTS, receiptOf(0));
    }

    /** Epoch 1, of one part. */
    static ConsumerRecord<byte[], byte[]> epoch() throws IOException {
        return record(Topics.EPOCHS, part());
    }

    /** The journal's entry that epoch 1 is final on chain. */
    static ConsumerRecord<byte[], byte[]> settlement() throws IOException {
        return record(
                Topics.TRANSACTIONS,
                new SettlementRecord(
                        SettlementRecord.State.FINAL,
                        1,
                        0,
                        Hex.ZERO_32,
                        0,
                        "0x01",
                        "",
                        0,
                        0,
                        1,
                        1000,
                        0));
    }

    private static SealedPart part() {
        return new SealedPart(
                Hex.ZERO_32,
                new EpochHeader(
                        Hex.ZERO_32,
                        1,
                        0,
                        1,
                        Hex.ZERO_32,
                        DEBIT_NANO,
                        1,
                        4,
                        DEBIT_NANO,
                        Hex.ZERO_32,
                        Hex.ZERO_32,
                        1),
                new SlotWords(List.of(), List.of(), List.of(), List.of()),
                List.of(),
                3,
                List.of(),
                List.of());
    }

    private static Charge chargeOf(String requestId, int partition, long offset) {
        return ChargeBuilder.charge()
                .id(requestId)
                .units(10)
                .price(20_000_000, 1)
                .amounts(DEBIT_NANO, 10)
                .at(partition, offset)
                .build();
    }

    private static ConsumerRecord<byte[], byte[]> record(String topic, Object value)
            throws IOException {
        return record(topic, JsonCodec.encode(value));
    }

    private static ConsumerRecord<byte[], byte[]> record(String topic, byte[] value) {
        return new ConsumerRecord<>(topic, 0, 0, new byte[0], value);
    }
}
