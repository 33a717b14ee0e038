package io.millrace.local.chaos;

import static java.util.stream.Collectors.groupingBy;

import io.millrace.chain.SealedPart;
import io.millrace.contracts.SettlementVault;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.JsonCodec;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.client.ReceiptProof;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.StackFile;
import io.millrace.settle.Receipt;
import io.millrace.settle.ReceiptLeaf;
import io.millrace.unit.Eip712Domain;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Proves receipts of every epoch on chain, as anybody could: Merkle-sum proofs rebuilt from the
 * topics, verified by the vault.
 */
public final class Proofs {

    private final StackFile stack;
    private final Map<Long, List<Receipt>> receipts = new TreeMap<>();
    private final Map<Long, SealedPart> partByEpoch = new TreeMap<>();

    Proofs(StackFile stack) {
        this.stack = stack;
    }

    /**
     * What was proved.
     *
     * @param epochs of the vault's chain that have receipts
     * @param receipts verified
     * @param denied one line for each receipt that the vault denies, and each epoch of the vault
     *     whose receipts are not all there
     */
    public record Verdict(int epochs, int receipts, List<String> denied) {

        /** Copies. */
        public Verdict {
            denied = List.copyOf(denied);
        }
    }

    /** Proves the first, the middle and the last receipt of each epoch. */
    Verdict verify() throws Exception {
        read();
        List<String> denied = new ArrayList<>();
        int proved = 0;
        try (EvmSession session = new EvmSession(stack.rpcUrl(), stack.chainId())) {
            SettlementVault vault = session.vault(stack.vault());
            int depth = vault.SHARD_DEPTH().send().intValueExact();
            ReceiptLeaf leaves = new ReceiptLeaf(new Eip712Domain(stack.chainId(), stack.vault()));
            for (SealedPart part : partByEpoch.values()) {
                long number = part.header().epoch();
                List<Receipt> all = receipts.getOrDefault(number, List.of());
                if (all.size() != part.header().receiptsCount()) {
                    denied.add(
                            "epoch %d has %d receipts, its header says %d"
                                    .formatted(number, all.size(), part.header().receiptsCount()));
                }
                Map<Integer, List<Receipt>> shards =
                        all.stream().collect(groupingBy(Receipt::shard));
                for (Receipt receipt : sampleOf(all)) {
                    List<Receipt> shard = shards.getOrDefault(receipt.shard(), List.of());
                    if (ReceiptProof.of(receipt, shard, part, leaves, depth).verify(vault)) {
                        proved++;
                    } else {
                        denied.add(
                                "the vault denies request %s in epoch %d"
                                        .formatted(receipt.charge().requestId(), number));
                    }
                }
            }
        }
        return new Verdict(partByEpoch.size(), proved, denied);
    }

    private void read() throws Exception {
        try (TopicScan scan =
                new TopicScan(
                        Brokers.at(stack.bootstrapServers()),
                        List.of(Topics.RECEIPTS, Topics.EPOCHS))) {
            scan.toEnd(
                    record -> {
                        if (record.topic().equals(Topics.EPOCHS)) {
                            SealedPart part = JsonCodec.decode(record.value(), SealedPart.class);
                            partByEpoch.putIfAbsent(part.header().epoch(), part);
                        } else {
                            Receipt receipt = JsonCodec.decode(record.value(), Receipt.class);
                            receipts.computeIfAbsent(receipt.epoch(), epoch -> new ArrayList<>())
                                    .add(receipt);
                        }
                    });
        }
    }

    /** The first, the middle and the last. */
    static Set<Receipt> sampleOf(List<Receipt> all) {
        Set<Receipt> sample = new LinkedHashSet<>();
        if (!all.isEmpty()) {
            sample.add(all.get(0));
            sample.add(all.get(all.size() / 2));
            sample.add(all.get(all.size() - 1));
        }
        return sample;
    }
}
