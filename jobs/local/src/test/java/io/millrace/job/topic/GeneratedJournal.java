package io.millrace.job.topic;

import io.millrace.chain.submit.SettlementRecord;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionEncoder;

/**
 * Fills the topic {@code settlement.transactions} as years of settling do: for each epoch what was
 * signed, and, some epochs later, that it is final. As written before entries had stamps.
 */
public record GeneratedJournal(String bootstrapServers) {

    private static final String VAULT = "0x" + "ab".repeat(20);
    private static final Credentials KEY =
            Credentials.create(Hex.encode(Keccak.hashUtf8("a key of the tests")));

    /**
     * One part an epoch, from 1 on. Signatures are made only where a start looks at them.
     *
     * @param epochs how many are signed
     * @param open how many of them, the newest, are not final
     * @param calldataBytes of each
     */
    public void write(int epochs, int open, int calldataBytes) throws Exception {
        String unsigned = "0x" + "02".repeat(calldataBytes + 180);
        Deque<SettlementRecord> notFinal = new ArrayDeque<>();
        try (var producer = producer()) {
            for (int epoch = 1; epoch <= epochs; epoch++) {
                SettlementRecord entry = // a start needs the last that is final, too
                        epoch >= epochs - open
                                ? signed(epoch, calldataBytes)
                                : signed(epoch, name("transaction", epoch), unsigned);
                Future<?> sent = producer.send(JournalStamp.unstamped(entry));
                notFinal.add(entry);
                if (notFinal.size() > open) {
                    sent = producer.send(JournalStamp.unstamped(settled(notFinal.remove())));
                }
                if (epoch == epochs) {
                    sent.get();
                }
            }
        }
    }

    /** Appends one record; its offset. */
    long send(ProducerRecord<byte[], byte[]> record) throws Exception {
        try (var producer = producer()) {
            return producer.send(record).get().offset();
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                // The topic is flushed after each batch: few and large ones, not one for each 16
                // kB.
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "linger.ms",
                        20,
                        "batch.size",
                        900_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** A signed transaction; the same numbers give the same bytes. */
    static SettlementRecord signed(int number, int calldataBytes) {
        RawTransaction transaction =
                RawTransaction.createTransaction(
                        1,
                        BigInteger.valueOf(number),
                        BigInteger.valueOf(100_000),
                        VAULT,
                        BigInteger.ZERO,
                        "0x" + "01".repeat(calldataBytes),
                        BigInteger.ONE,
                        BigInteger.TEN);
        byte[] raw = TransactionEncoder.signMessage(transaction, KEY);
        return signed(number, Hex.encode(Keccak.hash(raw)), Hex.encode(raw));
    }

    private static SettlementRecord signed(int number, String transaction, String raw) {
        return new SettlementRecord(
                SettlementRecord.State.SIGNED,
                number,
                0,
                name("header", number),
                number,
                transaction,
                raw,
                10,
                1,
                0,
                0,
                0);
    }

    /** What the chain says of {@link #signed} once it is final. */
    static SettlementRecord settled(SettlementRecord signed) {
        return new SettlementRecord(
                SettlementRecord.State.FINAL,
                signed.epoch(),
                0,
                signed.header(),
                signed.nonce(),
                signed.transaction(),
                "",
                10,
                1,
                signed.epoch() * 30,
                100_000,
                0);
    }

    private static String name(String what, int number) {
        return Hex.encode(Keccak.hashUtf8(what + " " + number));
    }
}
