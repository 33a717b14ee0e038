package io.millrace.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Secp256k1Test {

    private static final BigInteger ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final byte[] KEY =
            Hex.decode("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    private static final byte[] DIGEST = Keccak.hashUtf8("digest");

    @Test
    void address_knownKey_asEveryWallet() {
        assertThat(Secp256k1.address(KEY)).isEqualTo("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
    }

    @Test
    void sign_anyDigest_recoversAndIsLowS() {
        long seed = 5;
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] key = new byte[32];
            byte[] digest = new byte[32];
            random.nextBytes(key);
            random.nextBytes(digest);
            key[0] = 1; // below the order
            byte[] signature = Secp256k1.sign(digest, key);

            assertThat(new SigningKey(key).sign(digest)).as("derived once").isEqualTo(signature);
            assertThat(Secp256k1.recover(digest, signature))
                    .as("seed %s", seed)
                    .contains(Secp256k1.address(key));
            assertThat(new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)))
                    .isLessThanOrEqualTo(ORDER.shiftRight(1));
            assertThat(Secp256k1.recover(digest, highS(signature))).as("malleable twin").isEmpty();
        }
    }

    @Test
    void recover_noSignature_isEmpty() {
        byte[] good = Secp256k1.sign(DIGEST, KEY);
        assertThat(Secp256k1.recover(DIGEST, new byte[65])).isEmpty();
        assertThat(Secp256k1.recover(DIGEST, Arrays.copyOf(good, 64))).isEmpty();
        assertThat(Secp256k1.recover(DIGEST, Arrays.copyOf(good, 66))).isEmpty();
        assertThat(Secp256k1.recover(new byte[31], good)).isEmpty();
        for (int v : new int[] {0, 1, 26, 29, 255}) {
            byte[] other = good.clone();
            other[64] = (byte) v;
            assertThat(Secp256k1.recover(DIGEST, other)).as("v %s", v).isEmpty();
        }
        byte[] hugeR = good.clone();
        Arrays.fill(hugeR, 0, 32, (byte) 0xff);
        assertThat(Secp256k1.recover(DIGEST, hugeR)).isEmpty();
    }

    @Test
    void sign_noPrivateKey_throws() {
        assertThatThrownBy(() -> Secp256k1.sign(DIGEST, new byte[32]))
                .hasMessageContaining("not a secp256k1");
        assertThatThrownBy(() -> new SigningKey(new byte[32]))
                .hasMessageContaining("not a secp256k1");
        assertThatThrownBy(() -> Secp256k1.address(new byte[31])).hasMessageContaining("32 bytes");
    }

    private static byte[] highS(byte[] signature) {
        byte[] s =
                ORDER.subtract(new BigInteger(1, Arrays.copyOfRange(signature, 32, 64)))
                        .toByteArray();
        byte[] twin = signature.clone();
        Arrays.fill(twin, 32, 64, (byte) 0);
        int length = Math.min(32, s.length);
        System.arraycopy(s, s.length - length, twin, 64 - length, length);
        twin[64] = (byte) (55 - signature[64]);
        return twin;
    }
}
