package io.millrace.unit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** A secp256k1 private key in a file of its own: one line, 0x and 64 hexadecimal digits. */
public final class PrivateKeyFile {

    /** The group may read: so Kubernetes hands a secret to a process that is not root. */
    private static final Set<PosixFilePermission> ALLOWED =
            EnumSet.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.GROUP_READ);

    private PrivateKeyFile() {}

    /**
     * The 32 bytes of the key.
     *
     * @param whose for messages, for example "the settler"
     * @throws IOException if the file is missing, open to others, or holds no key; no message shows
     *     what it holds
     */
    public static byte[] read(Path file, String whose) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    "key file %s of %s does not exist: write the key there as 0x-hex"
                            .formatted(file, whose));
        }
        requireClosed(file);
        try {
            byte[] key = Hex.decode(Files.readString(file).strip(), 32);
            Secp256k1.address(key); // throws if it is not in the curve's order
            return key;
        } catch (IllegalArgumentException e) {
            // The cause is dropped on purpose: its message may quote what the file holds.
            throw new IOException(
                    ("key file %s of %s does not hold a secp256k1 private key: one"
                                    + " line of 0x and 64 hexadecimal digits is needed")
                            .formatted(file, whose));
        }
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
}
