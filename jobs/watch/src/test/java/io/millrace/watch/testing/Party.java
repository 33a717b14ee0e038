package io.millrace.watch.testing;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Hash;
import org.web3j.crypto.Sign;
import org.web3j.utils.Numeric;

/** A key of the tests; {@code role} is its whole secret. */
public record Party(String role) {

    public byte[] key() {
        return Hash.sha3(("key of the test's " + role).getBytes(StandardCharsets.UTF_8));
    }

    public Credentials credentials() {
        return Credentials.create(Numeric.toHexString(key()));
    }

    public String address() {
        return credentials().getAddress();
    }

    /** r || s || v of a digest, 0x-hex. */
    public String sign(String digest) {
        Sign.SignatureData signature =
                Sign.signMessage(
                        Numeric.hexStringToByteArray(digest), credentials().getEcKeyPair(), false);
        return Numeric.toHexString(signature.getR())
                + Numeric.toHexStringNoPrefix(signature.getS())
                + Numeric.toHexStringNoPrefixZeroPadded(new BigInteger(1, signature.getV()), 2);
    }
}
