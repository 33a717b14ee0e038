package io.millrace.watch.act;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.hash.MerkleSum;
import io.millrace.audit.hash.MerkleSum.Node;
import io.millrace.contracts.Tribunal;
import java.math.BigInteger;
import java.util.List;
import org.web3j.utils.Numeric;

/**
 * Calls of the tribunal as bytes, 0x-hex, with all that each has to show. The generated wrapper
 * only encodes here: it is given no transport.
 */
public final class TribunalCalls {

    private static final Tribunal TRIBUNAL = Wrappers.unbound(Tribunal::load);

    private TribunalCalls() {}

    /** That {@code leaf} contradicts itself or the registry. */
    public static String proveLeaf(EpochPart part, long account, ProvenLeaf leaf) {
        return TRIBUNAL.proveLeaf(Statements.open(part, account), leaf(leaf)).encodeFunctionCall();
    }

    /** That {@code leaf} contradicts the request that it names, which had no options. */
    public static String proveAgainstRequest(
            EpochPart part, long account, ProvenLeaf leaf, SignedRequest request) {
        return TRIBUNAL.proveAgainstRequest(
                        Statements.open(part, account),
                        leaf(leaf),
                        new Tribunal.InferenceRequest(
                                request.requester(),
                                bytes(request.model()),
                                bytes(request.inputHash()),
                                bytes(MerkleSum.EMPTY.hash()),
                                request.maxFeeNano(),
                                request.deadlineMillis(),
                                request.nonce()))
                .encodeFunctionCall();
    }

    /** The same of a request that the evidence holds. */
    public static String proveAgainstRequest(
            EpochPart part, long account, ProvenLeaf leaf, Evidence evidence) {
        return TRIBUNAL.proveAgainstRequest(
                        Statements.open(part, account), leaf(leaf), request(evidence))
                .encodeFunctionCall();
    }

    /** That {@code leaf} contradicts {@code other} of the same epoch. */
    public static String provePair(
            EpochPart part, long account, ProvenLeaf leaf, ProvenLeaf other) {
        return TRIBUNAL.provePair(Statements.open(part, account), leaf(leaf), leaf(other))
                .encodeFunctionCall();
    }

    /**
     * That {@code leaf} contradicts {@code other} of the same account in an epoch before.
     *
     * @param before part of that epoch that debits the account
     */
    public static String provePairOfEpochs(
            EpochPart part, long account, ProvenLeaf leaf, EpochPart before, ProvenLeaf other) {
        return TRIBUNAL.provePairOfEpochs(
                        Statements.open(part, account),
                        leaf(leaf),
                        Statements.open(before, account),
                        leaf(other))
                .encodeFunctionCall();
    }

    /**
     * A share of the proof that an epoch credits an earning account with too little.
     *
     * @param header of the part whose settler is to pay
     */
    static String proveUnderpaid(
            Header header,
            long account,
            List<Tribunal.CreditStatement> statements,
            List<ProvenLeaf> leaves) {
        return TRIBUNAL.proveUnderpaid(
                        Statements.header(header),
                        BigInteger.valueOf(account),
                        statements,
                        leaves.stream().map(TribunalCalls::leaf).toList())
                .encodeFunctionCall();
    }

    /**
     * Demands the account's leaves.
     *
     * @param others parts of the same epoch that debit it too, ascending
     */
    public static String challengeStatement(EpochPart part, long account, List<EpochPart> others) {
        return TRIBUNAL.challengeStatement(
                        Statements.open(part, account),
                        others.stream().map(other -> Statements.open(other, account)).toList(),
                        BigInteger.ZERO)
                .encodeFunctionCall();
    }

    /** Demands what lies at one place of the tree. */
    public static String challengeLeaf(EpochPart part, long account, long shard, long index) {
        return TRIBUNAL.challengeLeaf(
                        Statements.open(part, account),
                        BigInteger.valueOf(shard),
                        BigInteger.valueOf(index),
                        BigInteger.ZERO)
                .encodeFunctionCall();
    }

    /** Shows what lies at the challenged place, and what its parties signed. */
    public static String answerLeaf(
            Header header, long account, ProvenLeaf leaf, Evidence evidence) {
        return TRIBUNAL.answerLeaf(
                        Statements.header(header),
                        BigInteger.valueOf(account),
                        leaf(leaf),
                        new Tribunal.Evidence(
                                request(evidence),
                                bytes(evidence.requestSignature()),
                                new Tribunal.Outcome(
                                        bytes(evidence.requestId()),
                                        BigInteger.valueOf(evidence.providerAccount()),
                                        evidence.units(),
                                        BigInteger.valueOf(evidence.status()),
                                        bytes(evidence.outputHash()),
                                        bytes(evidence.numericClass())),
                                bytes(evidence.outcomeSignature())))
                .encodeFunctionCall();
    }

    /** Shows that nothing lies at the challenged place. */
    public static String answerEmpty(
            Header header, long account, long shard, long index, List<Node> siblings) {
        return TRIBUNAL.answerEmpty(
                        Statements.header(header),
                        BigInteger.valueOf(account),
                        BigInteger.valueOf(shard),
                        BigInteger.valueOf(index),
                        hashes(siblings),
                        sums(siblings))
                .encodeFunctionCall();
    }

    /** Shows the first and the last of the account's leaves. */
    public static String answerStatement(
            Header header,
            long account,
            BigInteger demandedNano,
            ProvenLeaf first,
            ProvenLeaf last) {
        return TRIBUNAL.answerStatement(
                        Statements.header(header),
                        BigInteger.valueOf(account),
                        demandedNano,
                        leaf(first),
                        leaf(last))
                .encodeFunctionCall();
    }

    /** Ends what nobody answered. */
    public static String conclude(long epoch, long part, long account, Kind kind, long what) {
        return TRIBUNAL.conclude(
                        BigInteger.valueOf(epoch),
                        BigInteger.valueOf(part),
                        BigInteger.valueOf(account),
                        kind.number(),
                        BigInteger.valueOf(what))
                .encodeFunctionCall();
    }

    /** Pays the sender's deposits out to {@code to}. */
    public static String takeDeposits(String to) {
        return TRIBUNAL.takeDeposits(to).encodeFunctionCall();
    }

    private static Tribunal.InferenceRequest request(Evidence evidence) {
        return new Tribunal.InferenceRequest(
                evidence.requester(),
                bytes(evidence.model()),
                bytes(evidence.inputHash()),
                bytes(evidence.optionsHash()),
                evidence.maxFeeNano(),
                evidence.deadlineMillis(),
                evidence.nonce());
    }

    private static Tribunal.Leaf leaf(ProvenLeaf proven) {
        SealedLeaf leaf = proven.leaf();
        return new Tribunal.Leaf(
                new Tribunal.Receipt(
                        bytes(leaf.requestId()),
                        BigInteger.valueOf(leaf.requesterAccount()),
                        leaf.sequence(),
                        BigInteger.valueOf(leaf.providerAccount()),
                        bytes(leaf.model()),
                        leaf.units(),
                        leaf.priceNanoPerMillion(),
                        BigInteger.valueOf(leaf.priceVersion()),
                        leaf.debitNano(),
                        leaf.credits(),
                        bytes(leaf.outcome()),
                        bytes(leaf.allocation()),
                        leaf.admittedMillis(),
                        BigInteger.valueOf(leaf.shard()),
                        BigInteger.valueOf(leaf.index())),
                hashes(proven.siblings()),
                sums(proven.siblings()));
    }

    private static List<byte[]> hashes(List<Node> nodes) {
        return nodes.stream().map(node -> bytes(node.hash())).toList();
    }

    private static List<BigInteger> sums(List<Node> nodes) {
        return nodes.stream().map(Node::sumNano).toList();
    }

    private static byte[] bytes(String hex) {
        return Numeric.hexStringToByteArray(hex);
    }
}
