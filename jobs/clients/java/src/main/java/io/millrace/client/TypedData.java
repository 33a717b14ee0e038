package io.millrace.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Hash;
import org.web3j.crypto.StructuredDataEncoder;
import org.web3j.utils.Numeric;

/**
 * EIP-712 digests under one vault's domain. A message has a member for each field of its struct, as
 * the vault's ABI names them; numbers are numbers or decimal strings.
 */
final class TypedData {

    static final String REQUEST =
            "InferenceRequest(address requester,bytes32 model,bytes32 inputHash,"
                    + "bytes32 optionsHash,uint64 maxFeeNano,uint64 deadline,uint64 nonce)";
    static final String OUTCOME =
            "Outcome(bytes32 requestId,uint32 providerAccount,uint64 units,uint8 status,"
                    + "bytes32 outputHash,bytes32 numericClass)";
    static final String RECEIPT =
            "Receipt(bytes32 requestId,uint32 requesterAccount,uint64 sequence,"
                    + "uint32 providerAccount,bytes32 model,uint64 units,"
                    + "uint64 priceNanoPerMillion,uint32 priceVersion,uint64 debitNano,"
                    + "uint256[] credits,bytes32 outcome,bytes32 allocation,"
                    + "uint64 admittedMillis,uint32 shard,uint32 index)";
    static final String HEADER =
            "EpochHeader(bytes32 previousHeader,uint64 epoch,uint32 part,uint32 parts,"
                    + "bytes32 receiptsRoot,uint64 receiptsSumNano,uint64 receiptsCount,"
                    + "uint8 levels,uint64 partSumNano,bytes32 wordsHash,bytes32 cutDigest,"
                    + "uint64 l2Block)";

    private static final String DOMAIN =
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ObjectNode domain;

    TypedData(long chainId, String vault) {
        domain =
                MAPPER.createObjectNode()
                        .put("name", "Millrace")
                        .put("version", "1")
                        .put("chainId", chainId)
                        .put("verifyingContract", vault);
    }

    /** What is signed for {@code message}, a struct of {@code type}; 0x and 32 bytes. */
    String digest(String type, ObjectNode message) {
        ObjectNode data = MAPPER.createObjectNode();
        ObjectNode types = data.putObject("types");
        types.set("EIP712Domain", fields(DOMAIN));
        types.set(name(type), fields(type));
        data.put("primaryType", name(type));
        data.set("domain", domain);
        data.set("message", message);
        try {
            return Numeric.toHexString(
                    new StructuredDataEncoder(data.toString()).hashStructuredData());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A text stands for its bytes, a list for EIP-712's hash of {@code string[]}: of the query
     * before it, if it is ranked by one.
     */
    static String inputHash(@Nullable String query, List<String> texts, boolean list) {
        Stream<String> asked = query == null ? Stream.of() : Stream.of(query);
        return hash(
                Stream.concat(asked, texts.stream()).map(text -> text.getBytes(UTF_8)).toList(),
                list);
    }

    /**
     * A vector stands for its big-endian float32 bytes, those of a list for the hash of the hashes
     * of each, and no answer for nothing.
     */
    static String outputHash(List<List<Float>> vectors, boolean list) {
        return hash(vectors.stream().map(TypedData::bytes).toList(), list);
    }

    private static byte[] bytes(List<Float> vector) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.size());
        vector.forEach(bytes::putFloat);
        return bytes.array();
    }

    private static String hash(List<byte[]> each, boolean list) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        each.forEach(one -> bytes.writeBytes(list ? Hash.sha3(one) : one));
        return Numeric.toHexString(Hash.sha3(bytes.toByteArray()));
    }

    private static String name(String type) {
        return type.substring(0, type.indexOf('('));
    }

    private static ArrayNode fields(String type) {
        ArrayNode fields = MAPPER.createArrayNode();
        for (String field : type.substring(type.indexOf('(') + 1, type.length() - 1).split(",")) {
            int space = field.indexOf(' ');
            fields.addObject()
                    .put("name", field.substring(space + 1))
                    .put("type", field.substring(0, space));
        }
        return fields;
    }
}
