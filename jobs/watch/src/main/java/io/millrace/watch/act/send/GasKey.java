package io.millrace.watch.act.send;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.Sign;
import org.web3j.crypto.TransactionEncoder;
import org.web3j.utils.Numeric;

/**
 * A key that pays for gas and deposits, in a file of its own: one line of 0x and 64 hexadecimal
 * digits. It never leaves this object, and no message shows it.
 */
public final class GasKey {

    private static final Pattern KEY = Pattern.compile("0x[0-9a-fA-F]{64}");

    /** The group may read: so Kubernetes hands a secret to a process that is not root. */
    private static final Set<PosixFilePermission> ALLOWED =
            EnumSet.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.GROUP_READ);

    private final Credentials credentials;

    private GasKey(Credentials credentials) {
        this.credentials = credentials;
    }

    /**
     * Reads the key.
     *
     * @throws IOException if the file is missing, open to others, or holds no key
     */
    public static GasKey read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    "key file %s does not exist: write a key for gas there as 0x-hex"
                            .formatted(file));
        }
        requireClosed(file);
        String text = Files.readString(file).strip();
        BigInteger key = KEY.matcher(text).matches() ? Numeric.toBigInt(text) : BigInteger.ZERO;
        if (key.signum() == 0 || key.compareTo(Sign.CURVE_PARAMS.getN()) >= 0) {
            throw new IOException(
                    "key file %s does not hold a secp256k1 private key: one line of 0x and 64 hexadecimal digits is needed"
                            .formatted(file));
        }
        return new GasKey(Credentials.create(text));
    }

    private static void requireClosed(Path file) throws IOException {
        if (Files.getFileAttributeView(file, PosixFileAttributeView.class) == null) {
            return; // a file system without POSIX permissions
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (!ALLOWED.containsAll(permissions)) {
            throw new IOException(
                    "key file %s has permissions %s, others can reach the key: run chmod 600 on it"
                            .formatted(file, PosixFilePermissions.toString(permissions)));
        }
    }

    /** Address of the key, lower case. */
    public String address() {
        return credentials.getAddress();
    }

    /** Signed bytes, 0x-hex. */
    String sign(RawTransaction transaction) {
        return Numeric.toHexString(TransactionEncoder.signMessage(transaction, credentials));
    }

    @Override
    public String toString() {
        return "GasKey[" + address() + "]";
    }
}
