package io.millrace.admit.hostile;

import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/** What forgers do to the 65 bytes r || s || v of a signature. None of it may be accepted. */
final class SignatureForms {

    private static final BigInteger ORDER =
            new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
    private static final BigInteger FIELD =
            new BigInteger("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", 16);

    /** One forgery; {@code of} takes the good bytes, which it leaves alone. */
    record Form(String name, BiFunction<byte[], Random, byte[]> of) {}

    static final List<Form> ALL = all();

    private SignatureForms() {}

    private static List<Form> all() {
        List<Form> forms = new ArrayList<>();
        forms.add(
                new Form(
                        "one bit flipped",
                        (good, random) -> {
                            int bit = random.nextInt(good.length * 8);
                            good[bit / 8] ^= (byte) (1 << bit % 8);
                            return good;
                        }));
        forms.add(new Form("the twin with high s", (good, random) -> highS(good, true)));
        forms.add(new Form("high s, v as it was", (good, random) -> highS(good, false)));
        forms.add(new Form("the other v", (good, random) -> v(good, 55 - good[64])));
        forms.add(new Form("v 0 or 1", (good, random) -> v(good, good[64] - 27)));
        for (int v : new int[] {2, 26, 29, 30, 35, 128, 154, 255}) {
            forms.add(new Form("v " + v, (good, random) -> v(good, v)));
        }
        for (BigInteger r : List.of(BigInteger.ZERO, ORDER, FIELD, BigInteger.ONE, ones())) {
            forms.add(new Form("r " + r.toString(16), (good, random) -> with(good, 0, r)));
        }
        BigInteger half = ORDER.shiftRight(1);
        for (BigInteger s :
                List.of(
                        BigInteger.ZERO,
                        BigInteger.ONE,
                        half,
                        half.add(BigInteger.ONE),
                        ORDER.subtract(BigInteger.ONE),
                        ORDER,
                        FIELD,
                        ones())) {
            forms.add(new Form("s " + s.toString(16), (good, random) -> with(good, 32, s)));
        }
        forms.add(new Form("r and s swapped", (good, random) -> swapped(good)));
        forms.add(new Form("all zero", (good, random) -> new byte[65]));
        forms.add(new Form("zero but for v", (good, random) -> v(new byte[65], 27)));
        forms.add(new Form("64 bytes, EIP-2098", (good, random) -> compact(good)));
        forms.add(new Form("64 bytes, without v", (good, random) -> Arrays.copyOf(good, 64)));
        forms.add(new Form("66 bytes", (good, random) -> Arrays.copyOf(good, 66)));
        forms.add(new Form("no bytes", (good, random) -> new byte[0]));
        forms.add(new Form("twice", (good, random) -> Hex.decode(Hex.encode(good) + hex(good))));
        forms.add(
                new Form(
                        "noise",
                        (good, random) -> {
                            random.nextBytes(good);
                            return v(good, 27 + random.nextInt(2));
                        }));
        return List.copyOf(forms);
    }

    /** Half of all x are on the curve: who forged so owns an address that nobody chose. */
    private static byte[] with(byte[] signature, int offset, BigInteger number) {
        byte[] digits = number.toByteArray();
        Arrays.fill(signature, offset, offset + 32, (byte) 0);
        int length = Math.min(32, digits.length);
        System.arraycopy(digits, digits.length - length, signature, offset + 32 - length, length);
        return signature;
    }

    private static byte[] highS(byte[] signature, boolean flipV) {
        BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
        with(signature, 32, ORDER.subtract(s));
        return flipV ? v(signature, 55 - signature[64]) : signature;
    }

    private static byte[] v(byte[] signature, int v) {
        signature[64] = (byte) v;
        return signature;
    }

    private static byte[] swapped(byte[] signature) {
        byte[] swapped = signature.clone();
        System.arraycopy(signature, 0, swapped, 32, 32);
        System.arraycopy(signature, 32, swapped, 0, 32);
        return swapped;
    }

    private static byte[] compact(byte[] signature) {
        byte[] compact = Arrays.copyOf(signature, 64);
        compact[32] |= (byte) (signature[64] == 28 ? 0x80 : 0);
        return compact;
    }

    private static BigInteger ones() {
        return BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE);
    }

    private static String hex(byte[] bytes) {
        return Hex.encode(bytes).substring(2);
    }
}
