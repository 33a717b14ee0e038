package io.millrace.local.cheat;

import io.millrace.chain.CutPosition;
import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.VaultAbi;
import io.millrace.contracts.SettlementVault;
import io.millrace.job.Outbound;
import io.millrace.job.OutboundRecord;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.Wallet;
import io.millrace.meter.Evidence;
import io.millrace.settle.EpochSealer;
import io.millrace.settle.Receipt;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.web3j.protocol.core.methods.response.TransactionReceipt;

/**
 * Takes the place of a stack's stopped job: goes on with its books, publishes on its topics and
 * settles with its key, all of it as the job would, but for what a draft falsifies.
 */
final class Settler implements AutoCloseable {

    private final EvmSession session;
    private final Wallet key;
    private final KafkaProducer<byte[], byte[]> topics;
    private final Ledger ledger;

    /** An epoch that is on chain. */
    record Posted(FalseEpoch epoch, List<TransactionReceipt> transactions) {

        /** Copies. */
        Posted {
            transactions = List.copyOf(transactions);
        }

        /** Hash of the last. */
        String transaction() {
            return transactions.get(transactions.size() - 1).getTransactionHash();
        }

        /** Of all. */
        long gas() {
            return transactions.stream().mapToLong(one -> one.getGasUsed().longValueExact()).sum();
        }
    }

    private Settler(EvmSession session, Wallet key, StackFile stack, Ledger ledger) {
        this.session = session;
        this.key = key;
        this.ledger = ledger;
        this.topics =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", stack.bootstrapServers(), "acks", "all"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    /**
     * Of a stack whose job is stopped and has settled all that it sealed.
     *
     * @throws StackException if the chain's head is not the last of the epoch log
     */
    static Settler of(StackFile stack, Path directory) throws Exception {
        Wallet key = Wallet.open(stack, directory.resolve("keys/settler"));
        EvmSession session = new EvmSession(stack.rpcUrl(), stack.chainId());
        return new Settler(session, key, stack, ledger(stack, key.vault()));
    }

    /** Publishes and settles. */
    Posted post(Draft draft) throws Exception {
        return post(ledger.seal(draft, session.blockNumber()), key);
    }

    /** Settles an epoch of nothing, with the key of {@code settler}. */
    Posted postNothing(Wallet settler) throws Exception {
        return post(ledger.sealNothing(session.blockNumber()), settler);
    }

    /** Its wallet. */
    Wallet key() {
        return key;
    }

    @Override
    public void close() {
        topics.close();
        key.close();
        session.close();
    }

    private Posted post(FalseEpoch epoch, Wallet by) throws Exception {
        for (SealedPart part : epoch.parts()) {
            publish(Outbound.of(part));
        }
        for (Receipt receipt : epoch.published()) {
            publish(Outbound.of(receipt));
        }
        for (Evidence evidence : epoch.evidence()) {
            publish(Outbound.of(evidence));
        }
        topics.flush();
        List<TransactionReceipt> transactions = new ArrayList<>();
        for (SealedPart part : epoch.parts()) {
            transactions.add(
                    by.vault()
                            .settle(
                                    VaultAbi.header(part.header()),
                                    VaultAbi.words(part.words()),
                                    List.of())
                            .send());
            ledger.follow(part);
        }
        return new Posted(epoch, transactions);
    }

    private void publish(OutboundRecord record) {
        var unused =
                topics.send(new ProducerRecord<>(record.topic(), record.key(), record.value()));
    }

    private static Ledger ledger(StackFile stack, SettlementVault vault) throws Exception {
        Map<Integer, Long> sequences = new HashMap<>();
        Map<String, SealedPart> parts = new HashMap<>();
        try (TopicScan scan =
                new TopicScan(
                        Brokers.at(stack.bootstrapServers()),
                        List.of(Topics.EPOCHS, Topics.RECEIPTS))) {
            scan.toEnd(
                    record -> {
                        if (record.topic().equals(Topics.EPOCHS)) {
                            SealedPart part = JsonCodec.decode(record.value(), SealedPart.class);
                            parts.put(part.hash(), part);
                        } else {
                            Receipt receipt = JsonCodec.decode(record.value(), Receipt.class);
                            sequences.merge(
                                    receipt.charge().requesterAccount(),
                                    receipt.charge().sequence(),
                                    Math::max);
                        }
                    });
        }
        var onChain = vault.head().send();
        String header = Hex.encode(onChain.component1());
        long epoch = onChain.component2().longValueExact();
        SealedPart last = parts.get(header);
        if (last == null && epoch > 0) {
            throw new StackException(
                    "the vault's head is %s of epoch %d, which is not in %s; let the job settle, then stop it"
                            .formatted(header, epoch, Topics.EPOCHS));
        }
        List<CutPosition> positions = last == null ? List.of() : last.positions();
        return new Ledger(
                new Eip712Domain(stack.chainId(), stack.vault()),
                vault.SHARD_DEPTH().send().intValueExact(),
                new EpochSealer.Head(epoch, header, 0),
                positions,
                sequences);
    }
}
