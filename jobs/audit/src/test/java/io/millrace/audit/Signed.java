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
import org.web3j.utils.Numeric;

/** Who signs in these tests. */
final class Signed {

    /** Of earning accounts 0, 1 and 2. */
    static final List<byte[]> PROVIDER_KEYS =
            IntStream.range(0, 3)
                    .mapToObj(i -> Hash.sha3(("provider " + i).getBytes(UTF_8)))
                    .toList();

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

    /** Signature over a digest in hexadecimal. */
    static String by(String hash, byte[] key) {
        byte[] digest = Numeric.hexStringToByteArray(hash);
        byte[] signature = Secp256k1.get().sign(digest, key, null);
        byte[] open = Secp256k1.get().pubkeyCreate(key);
        int recovery = 0;
        while (!Arrays.equals(Secp256k1.get().ecdsaRecover(signature, digest, recovery), open)) {
            recovery++;
        }
        return Numeric.toHexString(signature) + (recovery == 0 ? "1b" : "1c");
    }
}
