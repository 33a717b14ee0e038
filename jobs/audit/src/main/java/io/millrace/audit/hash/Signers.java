package io.millrace.audit.hash;

import fr.acinq.secp256k1.Secp256k1;
import fr.acinq.secp256k1.Secp256k1Exception;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/**
 * Who signed a digest. By Bitcoin's own library: in plain Java a recovery takes a millisecond, and
 * the books of a year hold a hundred million.
 */
public final class Signers {

    private static final Pattern SIGNATURE = Pattern.compile("0x[0-9a-fA-F]{130}");
    private static final BigInteger HALF_ORDER = Sign.CURVE_PARAMS.getN().shiftRight(1);
    private static final int V_OFFSET = 27;

    private Signers() {}

    /** Address that signed, or what is wrong with the signature. */
    public static String recover(String id, String signature) {
        if (!SIGNATURE.matcher(signature).matches()) {
            return "nobody (not 65 bytes of hexadecimal)";
        }
        byte[] bytes = Numeric.hexStringToByteArray(signature);
        if (Numeric.toBigInt(Arrays.copyOfRange(bytes, 32, 64)).compareTo(HALF_ORDER) > 0) {
            return "nobody (high s)";
        }
        int recovery = (bytes[64] & 0xff) - V_OFFSET;
        if (recovery < 0 || recovery > 3) {
            return "nobody (v is " + (bytes[64] & 0xff) + ")";
        }
        try {
            byte[] key =
                    Secp256k1.get()
                            .ecdsaRecover(
                                    Arrays.copyOf(bytes, 64),
                                    Numeric.hexStringToByteArray(id),
                                    recovery);
            byte[] hash = Hash.sha3(Arrays.copyOfRange(key, 1, key.length));
            return Numeric.toHexString(Arrays.copyOfRange(hash, 12, hash.length));
        } catch (Secp256k1Exception e) {
            return "nobody (" + e.getMessage() + ")";
        }
    }
}
