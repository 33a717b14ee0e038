package io.millrace.audit.evidence;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.web3j.utils.Numeric;

/**
 * What stands behind a charge: what its requester signed and what its provider signed. Hashes and
 * signatures are lower-case 0x-hex; whether they are right is not said.
 *
 * @param requestId by which the record is keyed
 * @param optionsHash zero if no options were sent
 * @param status 1 answered, 2 expired, 3 failed
 * @param numericClass zero if it is not said
 */
public record Evidence(
        String requestId,
        String requester,
        String model,
        String inputHash,
        String optionsHash,
        BigInteger maxFeeNano,
        BigInteger deadlineMillis,
        BigInteger nonce,
        String requestSignature,
        long providerAccount,
        BigInteger units,
        int status,
        String outputHash,
        String numericClass,
        String outcomeSignature) {

    /** Of the records, in the transaction of their charges. */
    public static final String TOPIC = "inference.evidence";

    private static final byte VERSION = 1;
    private static final int BYTES = 348;
    private static final int ADDRESS = 20;
    private static final int WORD = 32;
    private static final int SIGNATURE = 65;
    private static final Pattern ID = Pattern.compile("0x[0-9a-f]{64}");

    /** None is absent. */
    public Evidence {
        requireNonNull(requestId, "requestId is null");
        requireNonNull(requestSignature, "requestSignature is null");
        requireNonNull(outcomeSignature, "outcomeSignature is null");
    }

    /**
     * Reads one record of the topic.
     *
     * @throws IOException if it is none
     */
    public static Evidence of(byte @Nullable [] key, byte @Nullable [] value) throws IOException {
        String id = key == null ? "" : new String(key, US_ASCII);
        if (!ID.matcher(id).matches()) {
            throw new IOException("its key is no request id");
        }
        if (value == null || value.length != BYTES || value[0] != VERSION) {
            throw new IOException(
                    "it is no evidence of version %d, which has %d bytes"
                            .formatted(VERSION, BYTES));
        }
        ByteBuffer fields = ByteBuffer.wrap(value, 1, BYTES - 1);
        return new Evidence(
                id,
                hex(fields, ADDRESS),
                hex(fields, WORD),
                hex(fields, WORD),
                hex(fields, WORD),
                uint64(fields),
                uint64(fields),
                uint64(fields),
                hex(fields, SIGNATURE),
                Integer.toUnsignedLong(fields.getInt()),
                uint64(fields),
                Byte.toUnsignedInt(fields.get()),
                hex(fields, WORD),
                hex(fields, WORD),
                hex(fields, SIGNATURE));
    }

    private static String hex(ByteBuffer fields, int length) {
        byte[] bytes = new byte[length];
        fields.get(bytes);
        return Numeric.toHexString(bytes);
    }

    private static BigInteger uint64(ByteBuffer fields) {
        return new BigInteger(Long.toUnsignedString(fields.getLong()));
    }
}
