package io.millrace.watch.act;

import io.millrace.audit.hash.MerkleSum.Node;
import io.millrace.audit.read.AbiWords;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.web3j.crypto.Hash;

/**
 * Reads the leaves that an answer has shown out of its transaction's call data. Whoever challenged
 * needs them where the topic withholds the receipts.
 */
public final class ShownLeaves {

    private static final int SELECTOR = 10;
    private static final int HEADER_WORDS = 12;
    private static final int RECEIPT_CREDITS = 9;

    private static final String ANSWER_LEAF =
            selector(
                    "answerLeaf(%1$s,uint32,%2$s,((address,bytes32,bytes32,bytes32,uint64,uint64,uint64),bytes,"
                        + "(bytes32,uint32,uint64,uint8,bytes32,bytes32),bytes))");
    private static final String ANSWER_STATEMENT =
            selector("answerStatement(%1$s,uint32,uint64,%2$s,%2$s)");

    private static final String ANSWER_EMPTY =
            selector("answerEmpty(%1$s,uint32,uint32,uint32,bytes32[],uint64[])");

    /** Of the calls that answer, 0x-hex. */
    public static final List<String> SELECTORS =
            List.of(ANSWER_LEAF, ANSWER_STATEMENT, ANSWER_EMPTY);

    private ShownLeaves() {}

    /**
     * The leaves in a call: first and last of {@code answerStatement}, the one of {@code
     * answerLeaf}, none of any other call.
     *
     * @throws IllegalArgumentException if it is no whole call
     */
    public static List<ProvenLeaf> of(String input) {
        if (input.startsWith(ANSWER_STATEMENT)) {
            AbiWords words = new AbiWords(input.substring(SELECTOR));
            return List.of(
                    leaf(words, words.pointer(0, HEADER_WORDS + 2)),
                    leaf(words, words.pointer(0, HEADER_WORDS + 3)));
        }
        if (input.startsWith(ANSWER_LEAF)) {
            AbiWords words = new AbiWords(input.substring(SELECTOR));
            return List.of(leaf(words, words.pointer(0, HEADER_WORDS + 1)));
        }
        return List.of();
    }

    /** Whether the call answers that there is nothing. */
    public static boolean isOfEmptyPlace(String input) {
        return input.startsWith(ANSWER_EMPTY);
    }

    private static ProvenLeaf leaf(AbiWords words, int base) {
        int at = words.pointer(base, base);
        int siblings = words.pointer(base, base + 1);
        List<BigInteger> sums = words.array(words.pointer(base, base + 2));
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < sums.size(); i++) {
            nodes.add(new Node(words.hash(siblings + 1 + i), sums.get(i)));
        }
        return new ProvenLeaf(
                new SealedLeaf(
                        words.hash(at),
                        words.count(at + 1),
                        words.uint(at + 2),
                        words.count(at + 3),
                        words.hash(at + 4),
                        words.uint(at + 5),
                        words.uint(at + 6),
                        words.count(at + 7),
                        words.uint(at + 8),
                        words.array(words.pointer(at, at + RECEIPT_CREDITS)),
                        words.hash(at + 10),
                        words.hash(at + 11),
                        words.uint(at + 12),
                        words.count(at + 13),
                        words.count(at + 14)),
                nodes);
    }

    private static String selector(String signature) {
        String header =
                "(bytes32,uint64,uint32,uint32,bytes32,uint64,uint64,uint8,uint64,bytes32,bytes32,uint64)";
        String leaf =
                "((bytes32,uint32,uint64,uint32,bytes32,uint64,uint64,uint32,uint64,uint256[],bytes32,"
                    + "bytes32,uint64,uint32,uint32),bytes32[],uint64[])";
        return Hash.sha3String(signature.formatted(header, leaf)).substring(0, SELECTOR);
    }
}
