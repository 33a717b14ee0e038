package io.millrace.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import fr.acinq.secp256k1.Secp256k1;
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

    private Signed() {}

    /** Owners of those accounts. */
    static List<String> providers() {
        return PROVIDER_KEYS.stream().map(Signed::address).toList();
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
