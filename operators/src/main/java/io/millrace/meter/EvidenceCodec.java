package io.millrace.meter;

import io.millrace.admit.SignedTerms;
import io.millrace.infer.OutcomeSignature;
import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.nio.ByteBuffer;

/**
 * The wire form of evidence, version 1: 348 bytes, numbers big-endian, no gaps. The record's key is
 * the request's id as text.
 *
 * <pre>
 * at  bytes                          at  bytes
 *   0   1  version, 1                206   4  provider's account, uint32
 *   1  20  requester's address       210   8  units charged, uint64
 *  21  32  model                     218   1  status: 1 answered, 2 expired, 3 failed
 *  53  32  input hash                219  32  output hash
 *  85  32  options hash              251  32  numeric class
 * 117   8  maxFeeNano, uint64        283  65  provider's signature
 * 125   8  deadline, unix ms
 * 133   8  nonce, uint64
 * 141  65  requester's signature
 * </pre>
 */
public final class EvidenceCodec {

    /** Length of every record of version 1. */
    public static final int BYTES = 348;

    private static final byte VERSION = 1;
    private static final int ADDRESS = 20;
    private static final int WORD = 32;
    private static final int OUTCOME_AT = 206;

    private EvidenceCodec() {}

    /**
     * The record's value.
     *
     * @throws IllegalArgumentException if a hash, address or signature has another length
     */
    public static byte[] encode(Evidence evidence) {
        SignedTerms request = evidence.request();
        return ByteBuffer.allocate(BYTES)
                .put(VERSION)
                .put(Hex.decode(evidence.requesterAddress(), ADDRESS))
                .put(Hex.decode(evidence.model(), WORD))
                .put(Hex.decode(request.inputHash(), WORD))
                .put(Hex.decode(request.optionsHash(), WORD))
                .putLong(request.maxFeeNano())
                .putLong(request.deadlineMillis())
                .putLong(request.nonce())
                .put(Hex.decode(request.signature(), Secp256k1.SIGNATURE_BYTES))
                .putInt(evidence.providerAccount())
                .putLong(evidence.units())
                .put((byte) evidence.status().code())
                .put(Hex.decode(evidence.outputHash(), WORD))
                .put(Hex.decode(evidence.numericClass(), WORD))
                .put(Hex.decode(evidence.providerSignature(), Secp256k1.SIGNATURE_BYTES))
                .array();
    }

    /**
     * The outcome that a record is of: of the evidence of one request that which a charge needs.
     *
     * @param requestId its key
     * @return digest of what the provider signed, as {@link Charge#outcome()} names it
     * @throws IllegalArgumentException if it is no evidence of version 1
     */
    public static String outcomeOf(String requestId, byte[] value, OutcomeSignature signatures) {
        if (value.length != BYTES || value[0] != VERSION) {
            throw new IllegalArgumentException(
                    "%s has evidence of %d bytes; version %d has %d"
                            .formatted(requestId, value.length, VERSION, BYTES));
        }
        ByteBuffer fields = ByteBuffer.wrap(value).position(OUTCOME_AT);
        int account = fields.getInt();
        long units = fields.getLong();
        int status = fields.get();
        byte[] outputHash = new byte[WORD];
        byte[] numericClass = new byte[WORD];
        fields.get(outputHash).get(numericClass);
        return Hex.encode(
                signatures.digest(
                        requestId, account, units, status, outputHash, Hex.encode(numericClass)));
    }
}
