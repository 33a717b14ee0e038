package io.millrace.local.stack;

import io.millrace.unit.Hex;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

/** A private key in a file of its own, readable by its owner only: 0x and 64 digits. */
public final class KeyFile {

    private static final SecureRandom RANDOM = new SecureRandom();

    private KeyFile() {}

    /** Generates a key and writes it to a new file. Returns its address. */
    public static String generate(Path file) throws IOException {
        byte[] key = new byte[32];
        RANDOM.nextBytes(key);
        String address = Secp256k1.address(key);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, Hex.encode(key) + "\n", StandardOpenOption.WRITE);
        return address;
    }

    /**
     * The key in {@code file}.
     *
     * @throws IllegalArgumentException if the file holds anything else; the message never quotes it
     */
    public static byte[] read(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (!text.matches("0x[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException(
                    file + " holds no private key; write 0x and 64 hexadecimal digits");
        }
        return Hex.decode(text, 32);
    }
}
