package io.millrace.chain;

import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * A key in a file of its own: 32 bytes as 0x-hex, readable by its owner only. The key never leaves
 * this object, and no message or toString shows it.
 */
public final class FileKeySigner implements Signer {

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE);

    private final byte[] privateKey;
    private final String address;

    private FileKeySigner(byte[] privateKey) {
        this.privateKey = privateKey;
        this.address = Secp256k1.address(privateKey);
    }

    /**
     * Reads the key.
     *
     * @throws IOException if the file is missing, open to others, or holds no key
     */
    public static FileKeySigner read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    "key file "
                            + file
                            + " does not exist: write the settler's key there as 0x-hex");
        }
        requireOwnerOnly(file);
        try {
            return new FileKeySigner(Hex.decode(Files.readString(file).strip(), 32));
        } catch (IllegalArgumentException e) {
            // The cause is dropped on purpose: its message may quote what the file holds.
            throw new IOException(
                    "key file "
                            + file
                            + " does not hold a secp256k1 private key: one line of 0x and 64"
                            + " hexadecimal digits is needed");
        }
    }

    private static void requireOwnerOnly(Path file) throws IOException {
        if (Files.getFileAttributeView(file, PosixFileAttributeView.class) == null) {
            return; // a file system without POSIX permissions
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (!OWNER_ONLY.containsAll(permissions)) {
            throw new IOException(
                    "key file "
                            + file
                            + " has permissions "
                            + PosixFilePermissions.toString(permissions)
                            + ", others can reach the key: run chmod 600 on it");
        }
    }

    @Override
    public String address() {
        return address;
    }

    @Override
    public byte[] sign(byte[] digest) {
        return Secp256k1.sign(digest, privateKey);
    }

    @Override
    public String toString() {
        return "FileKeySigner[" + address + "]";
    }

    /**
     * Reads the key from a file on the machine the submitter runs on.
     *
     * @param path of the key file
     */
    public record Factory(String path) implements Signer.Factory {

        @Override
        public Signer open() throws IOException {
            return read(Path.of(path));
        }
    }
}
