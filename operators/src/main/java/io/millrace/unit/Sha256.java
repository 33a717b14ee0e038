package io.millrace.unit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** SHA-256 of files, as 64 lower-case hex digits. */
public final class Sha256 {

    /**
     * From here on a file's digest is remembered. To read as much takes longer than a file system's
     * clock takes for a tick, so that a change after it was read has another time.
     */
    static final int LARGE_BYTES = 1 << 24;

    private static final int CHUNK_BYTES = 1 << 16;
    private static final String KNOWN = "millrace.sha256 ";

    private Sha256() {}

    /** Of the whole file, which is read in small pieces. */
    public static String ofFile(Path file) throws IOException {
        MessageDigest digest = newDigest();
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
        }
        return hex(digest);
    }

    /**
     * The same, but a large file is read once a process, by whoever asks first, and again only
     * after it has changed: a job asks for its models' in each of its tasks, and again whenever it
     * restarts. What is known outlives the class loader of a job, so it is a system property.
     */
    public static synchronized String ofFileOnce(Path file) throws IOException {
        if (Files.size(file) < LARGE_BYTES
                || !file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return ofFile(file);
        }
        String key = KNOWN + version(file) + " " + file.toAbsolutePath();
        String known = System.getProperty(key);
        if (known != null) {
            return known;
        }
        String digest = ofFile(file);
        System.setProperty(key, digest);
        return digest;
    }

    /** Differs if another file is there, or this one was written to. */
    private static Map<String, Object> version(Path file) throws IOException {
        return new TreeMap<>(
                Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime"));
    }

    /** What {@code digest} has come to. It is reset. */
    public static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** A digest of nothing yet. */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
