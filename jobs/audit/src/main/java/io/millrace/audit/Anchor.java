package io.millrace.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.audit.read.AuditException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Where the last audit ended, as a file: the rows that are still open, the {@link AnchorState}, and
 * a SHA-256 of both. A file that does not match its own digest is refused before anything of it is
 * used; whether it is of this ledger is for the readers of chain and topics to say.
 */
final class Anchor {

    static final int REQUEST = 1;
    static final int CHARGE = 2;
    static final int RESULT = 3;
    static final int RECEIPT = 4;
    static final int SEALED = 5;
    static final int SETTLED = 6;
    static final int CHARGED = 7;
    static final int EVIDENCE = 8;
    private static final int END = 0;
    private static final byte[] MAGIC = "millrace anchor 2\n".getBytes(UTF_8);
    private static final int DIGEST_BYTES = 32;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path file;
    private final AnchorState state;

    private Anchor(Path file, AnchorState state) {
        this.file = file;
        this.state = state;
    }

    AnchorState state() {
        return state;
    }

    /** Takes an open row. */
    interface Rows {
        void row(int kind, byte[] row);
    }

    /**
     * Reads and verifies.
     *
     * @throws AuditException if it is damaged or no anchor
     */
    static Anchor read(Path file) throws IOException {
        long length = Files.size(file) - DIGEST_BYTES;
        if (length < MAGIC.length) {
            throw refused(file, "it is cut off");
        }
        MessageDigest digest = sha256();
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file))) {
            byte[] buffer = new byte[1 << 16];
            for (long left = length; left > 0; ) {
                int read = bytes.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (read < 0) {
                    throw refused(file, "it changed while it was read");
                }
                digest.update(buffer, 0, read);
                left -= read;
            }
            if (!Arrays.equals(digest.digest(), bytes.readAllBytes())) {
                throw refused(file, "its content does not have the digest at its end");
            }
        }
        AnchorState state;
        try (DataInputStream in = open(file)) {
            rows(in, (kind, row) -> {});
            state = MAPPER.readValue(in.readNBytes(in.readInt()), AnchorState.class);
        }
        return new Anchor(file, state);
    }

    /** Hands over every open row. */
    void rows(Rows rows) throws IOException {
        try (DataInputStream in = open(file)) {
            rows(in, rows);
        }
    }

    static AuditException refused(Object anchor, String why) {
        return new AuditException(
                ("the anchor %s is refused: %s; remove it, so that the next audit goes from the"
                                + " beginning")
                        .formatted(anchor, why));
    }

    private static DataInputStream open(Path file) throws IOException {
        DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            in.close();
            throw refused(file, "it is of another version");
        }
        return in;
    }

    private static void rows(DataInputStream in, Rows rows) throws IOException {
        for (int kind = in.readUnsignedByte(); kind != END; kind = in.readUnsignedByte()) {
            rows.row(kind, in.readNBytes(in.readInt()));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    /** Writes an anchor next to its place and moves it there once it is whole. */
    static final class Writer implements AutoCloseable, Rows {

        private final Path file;
        private final Path part;
        private final MessageDigest digest = sha256();
        private final OutputStream plain;
        private final DataOutputStream out;

        Writer(Path file) throws IOException {
            this.file = file;
            part = file.resolveSibling(file.getFileName() + ".part");
            plain = Files.newOutputStream(part);
            out =
                    new DataOutputStream(
                            new BufferedOutputStream(new DigestOutputStream(plain, digest)));
            out.write(MAGIC);
        }

        @Override
        public void row(int kind, byte[] row) {
            try {
                out.writeByte(kind);
                out.writeInt(row.length);
                out.write(row);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write the anchor " + part, e);
            }
        }

        /** The rows are complete. */
        void finish(AnchorState state) throws IOException {
            byte[] json = MAPPER.writeValueAsBytes(state);
            out.writeByte(END);
            out.writeInt(json.length);
            out.write(json);
            out.flush();
            plain.write(digest.digest());
            out.close();
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void close() throws IOException {
            out.close();
            Files.deleteIfExists(part);
        }
    }
}
