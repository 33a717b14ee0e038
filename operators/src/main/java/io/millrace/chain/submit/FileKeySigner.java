package io.millrace.chain.submit;

import io.millrace.unit.PrivateKeyFile;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.nio.file.Path;

/** A key in a file of its own. It never leaves this object, and no message or toString shows it. */
public final class FileKeySigner implements Signer {

    private final byte[] privateKey;
    private final String address;

    private FileKeySigner(byte[] privateKey) {
        this.privateKey = privateKey;
        this.address = Secp256k1.address(privateKey);
    }

    /**
     * Reads the settler's key.
     *
     * @throws IOException if the file is missing, open to others, or holds no key
     */
    public static FileKeySigner read(Path file) throws IOException {
        return read(file, "the settler");
    }

    /** Reads another's key, in the same way; {@code whose} is for messages. */
    public static FileKeySigner read(Path file, String whose) throws IOException {
        return new FileKeySigner(PrivateKeyFile.read(file, whose));
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
