package io.millrace.audit;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.KafkaBooks.Receipt;
import io.millrace.audit.KafkaBooks.SignedRequest;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.web3j.abi.TypeEncoder;
import org.web3j.abi.datatypes.Address;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Bytes32;
import org.web3j.abi.datatypes.generated.Uint256;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * EIP-712 digests under one vault's domain, spelt out field by field with web3j's ABI encoder. All
 * fields are atomic, so a struct's encodeData is the ABI encoding of its type hash and fields.
 */
final class TypedHashes {

    private static final Bytes32 DOMAIN_TYPE =
            utf8Hash(
                    "EIP712Domain(string name,string version,uint256 chainId,"
                            + "address verifyingContract)");
    private static final Bytes32 REQUEST_TYPE =
            utf8Hash(
                    "InferenceRequest(address requester,bytes32 model,bytes32 inputHash,"
                            + "uint64 maxFeeNano,uint64 deadline,uint64 nonce)");
    private static final Bytes32 RECEIPT_TYPE =
            utf8Hash(
                    "Receipt(bytes32 requestId,uint32 requesterAccount,uint64 sequence,"
                            + "uint32 providerAccount,bytes32 model,uint64 units,"
                            + "uint64 priceNanoPerMillion,uint32 priceVersion,uint64 debitNano,"
                            + "uint64 creditNano,uint64 feeNano,uint32 shard,uint32 index)");
    private static final Bytes32 HEADER_TYPE =
            utf8Hash(
                    "EpochHeader(bytes32 previousHeader,uint64 epoch,uint32 part,uint32 parts,"
                            + "bytes32 receiptsRoot,uint64 receiptsSumNano,uint64 receiptsCount,"
                            + "uint64 partSumNano,bytes32 wordsHash,bytes32 cutDigest,"
                            + "uint64 l2Block)");

    private final String separator;

    TypedHashes(long chainId, String vault) {
        separator =
                structHash(
                        DOMAIN_TYPE,
                        utf8Hash("Millrace"),
                        utf8Hash("1"),
                        number(chainId),
                        new Address(vault));
    }

    /** The request's id. */
    String request(SignedRequest request) {
        return digest(
                REQUEST_TYPE,
                new Address(request.requester()),
                hash(request.model()),
                hash(request.inputHash()),
                number(request.maxFeeNano()),
                number(request.deadlineMillis()),
                number(request.nonce()));
    }

    /** The receipt's leaf. */
    String receipt(Receipt receipt) {
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
                number(charge.creditNano()),
                number(charge.feeNano()),
                number(receipt.shard()),
                number(receipt.index()));
    }

    /** The header's hash, a link of the vault's chain. */
    String header(Header header) {
        return digest(
                HEADER_TYPE,
                hash(header.previousHeader()),
                number(header.epoch()),
                number(header.part()),
                number(header.parts()),
                hash(header.receiptsRoot()),
                number(header.receiptsSumNano()),
                number(header.receiptsCount()),
                number(header.partSumNano()),
                hash(header.wordsHash()),
                hash(header.cutDigest()),
                number(header.l2Block()));
    }

    /** What {@code header.wordsHash} must be. */
    static String words(EpochPart part) {
        return structHash(
                packedHash(part.debitSlots()),
                packedHash(part.debits()),
                packedHash(part.creditSlots()),
                packedHash(part.credits()),
                packedHash(part.releases()));
    }

    private String digest(Bytes32 type, Type<?>... fields) {
        Type<?>[] all = new Type<?>[fields.length + 1];
        all[0] = type;
        System.arraycopy(fields, 0, all, 1, fields.length);
        return Hash.sha3("0x1901" + separator.substring(2) + structHash(all).substring(2));
    }

    private static String structHash(Type<?>... words) {
        return Hash.sha3(
                Stream.of(words)
                        .map(TypeEncoder::encode)
                        .collect(Collectors.joining("", "0x", "")));
    }

    private static Bytes32 packedHash(List<BigInteger> words) {
        return hash(
                Hash.sha3(
                        words.stream()
                                .map(word -> Numeric.toHexStringNoPrefixZeroPadded(word, 64))
                                .collect(Collectors.joining("", "0x", ""))));
    }

    private static Bytes32 utf8Hash(String text) {
        return hash(Hash.sha3String(text));
    }

    private static Bytes32 hash(String hex) {
        return new Bytes32(Numeric.hexStringToByteArray(hex));
    }

    private static Uint256 number(long number) {
        return new Uint256(number);
    }

    private static Uint256 number(BigInteger number) {
        return new Uint256(number);
    }
}
