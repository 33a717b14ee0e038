package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.EarnedBefore;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.hash.MerkleSum.Node;
import io.millrace.audit.read.JsonFields;
import io.millrace.audit.read.TooEarlyException;
import io.millrace.contracts.SettlementVault;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.generated.Uint64;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * The proof's call by the wrapper that is generated from the contract, and its path by its root.
 */
class ProverTest {

    private static final EarnedBefore EARNED_BEFORE =
            new EarnedBefore(BigInteger.valueOf(1_900), BigInteger.valueOf(100));

    @Test
    void arguments_generatedEncoding_same() {
        Charge charge = new GeneratedLedger(3, 5, 1, 1).charge(3);
        Receipt receipt = new Receipt(4, 2, 7, EARNED_BEFORE, charge);
        String hash = Hash.sha3String("header");
        Header header =
                new Header(
                        hash, 4, 1, 2, hash, BigInteger.TEN, 9, 8, BigInteger.ONE, hash, hash, 17);
        List<Node> siblings =
                List.of(
                        new Node(hash, BigInteger.valueOf(5)),
                        new Node(hash, BigInteger.valueOf(6)),
                        MerkleSum.EMPTY);
        Function call =
                new Function(
                        SettlementVault.FUNC_VERIFYRECEIPT,
                        List.of(
                                new Uint64(4),
                                onChain(receipt),
                                new SettlementVault.ReceiptProof(
                                        onChain(header),
                                        siblings.stream().map(node -> bytes(node.hash())).toList(),
                                        siblings.stream().map(Node::sumNano).toList())),
                        List.of());

        assertThat(Prover.VERIFY + Prover.arguments(receipt, header, siblings))
                .isEqualTo(FunctionEncoder.encode(call));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 13})
    void siblings_everyLeaf_leadToTheRoot(int count) {
        List<Node> leaves = new ArrayList<>();
        MerkleSum.Subtree tree = new MerkleSum.Subtree();
        for (int i = 0; i < count; i++) {
            leaves.add(new Node(Hash.sha3String("leaf " + i), BigInteger.valueOf(i)));
            tree.add(leaves.get(i));
        }
        for (int i = 0; i < count; i++) {
            Node at = leaves.get(i);
            int index = i;
            for (Node sibling : MerkleSum.siblings(leaves, i)) {
                at = index % 2 == 0 ? MerkleSum.parent(at, sibling) : MerkleSum.parent(sibling, at);
                index /= 2;
            }
            assertThat(at).as("leaf " + i).isEqualTo(tree.root());
        }
    }

    /** The vault denied a proof of half a shard: the others were on their way. */
    @Test
    void requireWhole_receiptsStillOnTheirWay_isTooEarly() throws Exception {
        Receipt receipt =
                new Receipt(4, 2, 7, EARNED_BEFORE, new GeneratedLedger(3, 5, 1, 1).charge(3));
        List<JsonFields> sources =
                RecordDecoder.fields(
                                """
                                {"sources":[{"shard":1,"receipts":20},{"shard":2,"receipts":9}]}\
                                """
                                        .getBytes(StandardCharsets.UTF_8))
                        .objects("sources");

        assertThatThrownBy(() -> EpochChecks.requireWhole(receipt, 8, sources))
                .isInstanceOf(TooEarlyException.class)
                .hasMessageContaining("epoch 4: 8 of 9 receipts of shard 2 are visible");
        assertThatCode(() -> EpochChecks.requireWhole(receipt, 9, sources))
                .doesNotThrowAnyException();
    }

    private static SettlementVault.Receipt onChain(Receipt receipt) {
        Charge charge = receipt.charge();
        return new SettlementVault.Receipt(
                bytes(charge.requestId()),
                BigInteger.valueOf(charge.requesterAccount()),
                BigInteger.valueOf(charge.sequence()),
                BigInteger.valueOf(charge.providerAccount()),
                bytes(charge.model()),
                charge.units(),
                charge.priceNanoPerMillion(),
                BigInteger.valueOf(charge.priceVersion()),
                charge.debitNano(),
                TypedHashes.credits(receipt),
                bytes(charge.outcome()),
                new byte[32],
                BigInteger.valueOf(charge.admittedMillis()),
                BigInteger.valueOf(receipt.shard()),
                BigInteger.valueOf(receipt.index()));
    }

    private static SettlementVault.EpochHeader onChain(Header header) {
        return new SettlementVault.EpochHeader(
                bytes(header.previousHeader()),
                BigInteger.valueOf(header.epoch()),
                BigInteger.valueOf(header.part()),
                BigInteger.valueOf(header.parts()),
                bytes(header.receiptsRoot()),
                header.receiptsSumNano(),
                BigInteger.valueOf(header.receiptsCount()),
                BigInteger.valueOf(header.levels()),
                header.partSumNano(),
                bytes(header.wordsHash()),
                bytes(header.cutDigest()),
                BigInteger.valueOf(header.l2Block()));
    }

    private static byte[] bytes(String hash) {
        return Numeric.hexStringToByteArray(hash);
    }
}
