package io.millrace.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.evidence.Evidence;
import io.millrace.audit.read.JsonFields.Texts;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * EIP-712 digests under one vault's domain, spelt out field by field. A struct's encodeData is the
 * ABI encoding of its type hash and fields, an array standing for the hash of its words.
 */
public final class TypedHashes {

    private static final byte[] DOMAIN_TYPE =
            utf8Hash(
                    "EIP712Domain(string name,string version,uint256 chainId,"
                            + "address verifyingContract)");
    private static final byte[] REQUEST_TYPE =
            utf8Hash(
                    "InferenceRequest(address requester,bytes32 model,bytes32 inputHash,"
                            + "bytes32 optionsHash,uint64 maxFeeNano,uint64 deadline,"
                            + "uint64 nonce)");
    private static final byte[] OUTCOME_TYPE =
            utf8Hash(
                    "Outcome(bytes32 requestId,uint32 providerAccount,uint64 units,uint8 status,"
                            + "bytes32 outputHash,bytes32 numericClass)");
    private static final byte[] RECEIPT_TYPE =
            utf8Hash(
                    "Receipt(bytes32 requestId,uint32 requesterAccount,uint64 sequence,"
                            + "uint32 providerAccount,bytes32 model,uint64 units,"
                            + "uint64 priceNanoPerMillion,uint32 priceVersion,uint64 debitNano,"
                            + "uint256[] credits,bytes32 outcome,bytes32 allocation,"
                            + "uint64 admittedMillis,uint32 shard,uint32 index)");
    private static final byte[] HEADER_TYPE =
            utf8Hash(
                    "EpochHeader(bytes32 previousHeader,uint64 epoch,uint32 part,uint32 parts,"
                            + "bytes32 receiptsRoot,uint64 receiptsSumNano,uint64 receiptsCount,"
                            + "uint8 levels,uint64 partSumNano,bytes32 wordsHash,"
                            + "bytes32 cutDigest,uint64 l2Block)");

    private static final byte[] PREFIX = {0x19, 0x01};
    private static final int WORD = 32;
    private static final int CHUNK = 64;

    /** No options were sent, and no provider was drawn. */
    private static final byte[] NOTHING = new byte[WORD];

    private final byte[] separator;

    /** Of the vault at the address {@code vault}. */
    public TypedHashes(long chainId, String vault) {
        separator =
                structHash(
                        DOMAIN_TYPE,
                        utf8Hash("Millrace"),
                        utf8Hash("1"),
                        number(chainId),
                        address(vault));
    }

    /** The request's id. */
    public String request(SignedRequest request) {
        return digest(
                REQUEST_TYPE,
                address(request.requester()),
                hash(request.model()),
                hash(request.inputHash()),
                NOTHING,
                number(request.maxFeeNano()),
                number(request.deadlineMillis()),
                number(request.nonce()));
    }

    /** What the requester of {@code evidence} signed: the id of the request that it holds. */
    public String requestOf(Evidence evidence) {
        return digest(
                REQUEST_TYPE,
                address(evidence.requester()),
                hash(evidence.model()),
                hash(evidence.inputHash()),
                hash(evidence.optionsHash()),
                number(evidence.maxFeeNano()),
                number(evidence.deadlineMillis()),
                number(evidence.nonce()));
    }

    /** What the provider of {@code evidence} signed: a leaf's {@code outcome}. */
    public String outcomeOf(Evidence evidence) {
        return digest(
                OUTCOME_TYPE,
                hash(evidence.requestId()),
                number(evidence.providerAccount()),
                number(evidence.units()),
                number(evidence.status()),
                hash(evidence.outputHash()),
                hash(evidence.numericClass()));
    }

    /**
     * What is signed for the input: a text by its bytes, an array as EIP-712 hashes string[], with
     * what its texts are ranked by as the first of them.
     *
     * @throws IllegalArgumentException if a single text is to be ranked
     */
    public static String input(Optional<String> query, Texts input) {
        if (input.list()) {
            byte[][] hashes =
                    Stream.concat(query.stream(), input.all().stream())
                            .map(TypedHashes::utf8Hash)
                            .toArray(byte[][]::new);
            return Numeric.toHexString(structHash(hashes));
        }
        if (query.isPresent()) {
            throw new IllegalArgumentException("it ranks one text, and only lists are ranked");
        }
        return Numeric.toHexString(utf8Hash(input.all().get(0)));
    }

    /** The receipt's leaf. */
    public String receipt(Receipt receipt) {
        Charge charge = receipt.charge();
        return digest(
                RECEIPT_TYPE,
                hash(charge.requestId()),
                number(charge.requesterAccount()),
                number(charge.sequence()),
                number(charge.providerAccount()),
                hash(charge.model()),
                number(charge.units()),
                number(charge.priceNanoPerMillion()),
                number(charge.priceVersion()),
                number(charge.debitNano()),
                packedHash(credits(receipt)),
                hash(charge.outcome()),
                NOTHING,
                number(charge.admittedMillis()),
                number(receipt.shard()),
                number(receipt.index()));
    }

    /** The header's hash, a link of the vault's chain. */
    public String header(Header header) {
        return digest(
                HEADER_TYPE,
                hash(header.previousHeader()),
                number(header.epoch()),
                number(header.part()),
                number(header.parts()),
                hash(header.receiptsRoot()),
                number(header.receiptsSumNano()),
                number(header.receiptsCount()),
                number(header.levels()),
                number(header.partSumNano()),
                hash(header.wordsHash()),
                hash(header.cutDigest()),
                number(header.l2Block()));
    }

    /** What {@code header.wordsHash} must be. */
    public static String words(EpochPart part) {
        byte[] hash =
                structHash(
                        chunksHash(part.debitSlots(), part.debits()),
                        chunksHash(part.creditSlots(), part.credits()),
                        packedHash(part.releases()));
        return Numeric.toHexString(hash);
    }

    /**
     * The receipt's credits, words of beforeNano &lt;&lt; 96 | account &lt;&lt; 64 | amountNano:
     * what the provider earns, then the fee; none of nothing.
     */
    public static List<BigInteger> credits(Receipt receipt) {
        Charge charge = receipt.charge();
        BigInteger account = BigInteger.valueOf(charge.providerAccount());
        List<BigInteger> lines = new ArrayList<>();
        if (charge.creditNano().signum() != 0) {
            lines.add(
                    receipt.earnedBefore()
                            .providerNano()
                            .shiftLeft(32)
                            .add(account)
                            .shiftLeft(64)
                            .add(charge.creditNano()));
        }
        if (charge.feeNano().signum() != 0) {
            lines.add(receipt.earnedBefore().treasuryNano().shiftLeft(96).add(charge.feeNano()));
        }
        return lines;
    }

    /** The hash of the hashes of 64 amounts each, their slot numbers before them. */
    private static byte[] chunksHash(List<BigInteger> slots, List<BigInteger> amounts) {
        int chunks = (amounts.size() + CHUNK - 1) / CHUNK;
        ByteBuffer hashes = ByteBuffer.allocate(WORD * chunks);
        for (int from = 0; from < amounts.size(); from += CHUNK) {
            List<BigInteger> words = new ArrayList<>();
            slots.stream().skip(from / 8).limit(CHUNK / 8).forEach(words::add);
            amounts.stream().skip(from).limit(CHUNK).forEach(words::add);
            hashes.put(packedHash(words));
        }
        return Hash.sha3(hashes.array());
    }

    private String digest(byte[] type, byte[]... fields) {
        byte[][] all = new byte[fields.length + 1][];
        all[0] = type;
        System.arraycopy(fields, 0, all, 1, fields.length);
        byte[] signed =
                ByteBuffer.allocate(66).put(PREFIX).put(separator).put(structHash(all)).array();
        return Numeric.toHexString(Hash.sha3(signed));
    }

    /** All fields are words of 32 bytes, so the encoding is their concatenation. */
    private static byte[] structHash(byte[]... words) {
        ByteBuffer encoded = ByteBuffer.allocate(WORD * words.length);
        for (byte[] word : words) {
            encoded.put(word);
        }
        return Hash.sha3(encoded.array());
    }

    private static byte[] packedHash(List<BigInteger> words) {
        ByteBuffer packed = ByteBuffer.allocate(WORD * words.size());
        words.forEach(word -> packed.put(number(word)));
        return Hash.sha3(packed.array());
    }

    private static byte[] utf8Hash(String text) {
        return Hash.sha3(text.getBytes(UTF_8));
    }

    private static byte[] hash(String hex) {
        return Numeric.hexStringToByteArray(hex);
    }

    private static byte[] address(String hex) {
        return ByteBuffer.allocate(WORD).position(12).put(hash(hex)).array();
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(WORD).putLong(24, number).array();
    }

    private static byte[] number(BigInteger number) {
        return Numeric.toBytesPadded(number, WORD);
    }
}
