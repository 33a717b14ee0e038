package io.millrace.watch.judge;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.watch.act.EpochTree;
import java.io.IOException;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an epoch's visible receipts come to: their tree, and what they debit of each account. Holds
 * a sum an account and, unless there are gaps, a node a level.
 */
final class Survey {

    private final TypedHashes hashes;
    private final int shardDepth;
    private final Map<Long, MerkleSum.Subtree> shards = new TreeMap<>();
    private final Map<Long, BigInteger> debits = new HashMap<>();
    private long receipts;
    private boolean gaps;

    private Survey(TypedHashes hashes, int shardDepth) {
        this.hashes = hashes;
        this.shardDepth = shardDepth;
    }

    static Survey of(Receipts receipts, TypedHashes hashes, int shardDepth) throws IOException {
        Survey survey = new Survey(hashes, shardDepth);
        receipts.forEach(survey::add);
        return survey;
    }

    private void add(Receipt receipt) {
        receipts++;
        debits.merge(
                receipt.charge().requesterAccount(), receipt.charge().debitNano(), BigInteger::add);
        if (receipt.shard() >> shardDepth != 0) {
            gaps = true;
            return;
        }
        MerkleSum.Subtree shard =
                shards.computeIfAbsent(receipt.shard(), s -> new MerkleSum.Subtree());
        gaps |= receipt.index() != shard.leaves();
        if (!gaps) {
            shard.add(new MerkleSum.Node(hashes.receipt(receipt), receipt.charge().debitNano()));
        }
    }

    long receipts() {
        return receipts;
    }

    BigInteger debitNano(long account) {
        return debits.getOrDefault(account, BigInteger.ZERO);
    }

    /**
     * Whether these are the receipts that {@code header} commits to, however many it tells. No
     * honest settler leaves gaps, but the tribunal lets them be: then the whole tree is built.
     */
    boolean matches(Header header, Receipts all) throws IOException {
        boolean natural = header.levels() == shardDepth + MerkleSum.highest(shards);
        if (!gaps && natural) {
            MerkleSum.Node root = MerkleSum.root(shards, shardDepth);
            return root.hash().equals(header.receiptsRoot())
                    && root.sumNano().equals(header.receiptsSumNano());
        }
        EpochTree.Builder tree = new EpochTree.Builder(hashes, shardDepth, header.levels());
        all.forEach(tree::add);
        return tree.build().matches(header);
    }
}
