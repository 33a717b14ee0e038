package io.millrace.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import fr.acinq.secp256k1.Secp256k1;
import io.millrace.audit.KafkaBooks.SignedRequest;
import io.millrace.audit.evidence.Evidence;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/**
 * Who signs in these tests. All signatures share one nonce, which gives away every key: here none
 * keeps a secret, and a signature costs one multiplication, so that a ledger of millions can be
 * signed. Whoever recovers signers cannot tell.
 */
final class Signed {

    /** Of earning accounts 0, 1 and 2. */
    static final List<byte[]> PROVIDER_KEYS =
            IntStream.range(0, 3)
                    .mapToObj(i -> Hash.sha3(("provider " + i).getBytes(UTF_8)))
                    .toList();

    private static final BigInteger ORDER = Sign.CURVE_PARAMS.getN();
    private static final byte[] NONCE = Hash.sha3("nonce".getBytes(UTF_8));
    private static final BigInteger NONCE_INVERSE = new BigInteger(1, NONCE).modInverse(ORDER);

    /** Of the nonce's point: 04, x and y. */
    private static final byte[] POINT = Secp256k1.get().pubkeyCreate(NONCE);

    private static final BigInteger R = new BigInteger(1, Arrays.copyOfRange(POINT, 1, 33));

    private static final String NO_HASH = "0x" + "0".repeat(64);

    private Signed() {}

    /** Owners of those accounts. */
    static List<String> providers() {
        return PROVIDER_KEYS.stream().map(Signed::address).toList();
    }

    /**
     * What stands behind a charge, which its provider has yet to sign.
     *
     * @param requestId of {@code request}
     * @param provider account
     * @param answer what the answer's hash is made of
     */
    static Evidence evidence(
            String requestId,
            SignedRequest request,
            int provider,
            long units,
            int status,
            String answer) {
        return new Evidence(
                requestId,
                request.requester(),
                request.model(),
                request.inputHash(),
                NO_HASH,
                request.maxFeeNano(),
                request.deadlineMillis(),
                request.nonce(),
                request.signature(),
                provider,
                BigInteger.valueOf(units),
                status,
                Hash.sha3String(answer),
                NO_HASH,
                "0x");
    }

    /** The same, signed by its provider. */
    static Evidence signed(TypedHashes hashes, Evidence unsigned) {
        byte[] key = PROVIDER_KEYS.get((int) unsigned.providerAccount());
        return Records.with(unsigned, "outcomeSignature", by(hashes.outcomeOf(unsigned), key));
    }

    static String address(byte[] key) {
        byte[] open = Secp256k1.get().pubkeyCreate(key);
        return Numeric.toHexString(Keys.getAddress(Arrays.copyOfRange(open, 1, 65)));
    }

    /** Signature over a digest in hexadecimal, its s the low one. */
    static String by(String hash, byte[] key) {
        BigInteger digest = Numeric.toBigInt(hash);
        BigInteger high =
                R.multiply(new BigInteger(1, key)).add(digest).multiply(NONCE_INVERSE).mod(ORDER);
        BigInteger s = high.min(ORDER.subtract(high));
        boolean odd = (POINT[64] & 1) == 1;
        boolean recovery = s.equals(high) ? odd : !odd;
        return Numeric.toHexStringWithPrefixZeroPadded(R, 64)
                + Numeric.toHexStringNoPrefixZeroPadded(s, 64)
                + (recovery ? "1c" : "1b");
    }
}
