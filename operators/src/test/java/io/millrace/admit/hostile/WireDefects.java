package io.millrace.admit.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Values that are no JSON object in UTF-8, or a larger or deeper one than is read. */
final class WireDefects {

    private static final byte[] OVERLONG_SLASH = {(byte) 0xc0, (byte) 0xaf};
    private static final byte[] OVERLONG_NUL = {(byte) 0xc0, (byte) 0x80};
    private static final byte[] SURROGATE = {(byte) 0xed, (byte) 0xa0, (byte) 0xbd};
    private static final byte[] BEYOND_UNICODE = {
        (byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80
    };
    private static final byte[] LONE_CONTINUATION = {(byte) 0x80};

    static final List<Defect> ALL =
            List.of(
                    bytes("a tombstone", (json, random) -> null),
                    bytes("an empty value", (json, random) -> new byte[0]),
                    bytes(
                            "truncated",
                            (json, random) -> Arrays.copyOf(json, random.nextInt(json.length))),
                    bytes("beheaded", WireDefects::withoutStart),
                    bytes("noise", WireDefects::noise),
                    bytes("compressed", (json, random) -> gzip(json)),
                    bytes("overlong slash", (json, random) -> inInput(json, OVERLONG_SLASH)),
                    bytes("overlong NUL", (json, random) -> inInput(json, OVERLONG_NUL)),
                    bytes("surrogate as bytes", (json, random) -> inInput(json, SURROGATE)),
                    bytes("beyond Unicode", (json, random) -> inInput(json, BEYOND_UNICODE)),
                    bytes("lone continuation", (json, random) -> inInput(json, LONE_CONTINUATION)),
                    bytes("raw NUL in a text", (json, random) -> inInput(json, new byte[1])),
                    bytes(
                            "raw line feed in a text",
                            (json, random) -> inInput(json, new byte[] {10})),
                    bytes(
                            "a byte order mark",
                            (json, random) -> joined("\ufeff".getBytes(UTF_8), json)),
                    encoded(UTF_16),
                    encoded(UTF_16LE),
                    encoded(UTF_16BE),
                    encoded(Charset.forName("UTF-32")),
                    Defect.bytes(
                            "Latin-1",
                            draft -> {
                                draft.input = "déjà vu";
                                draft.members.add(members -> members.put("input", "\"déjà vu\""));
                                draft.value =
                                        bytes -> new String(bytes, UTF_8).getBytes(ISO_8859_1);
                            }),
                    text("trailing garbage", json -> json + " x"),
                    text("a brace too many", json -> json + "}"),
                    text("a NUL after it", json -> json + "\u0000"),
                    text("two documents", json -> json + json),
                    text("two documents, one a line", json -> json + "\n" + json),
                    text("a comma after it", json -> json + ","),
                    text("an array of it", json -> "[" + json + "]"),
                    text("a text of it", json -> "\"" + json.replace("\"", "\\\"") + "\""),
                    text("null", json -> "null"),
                    text("a number", json -> "17"),
                    text("blank", json -> " \n"),
                    text("single quotes", json -> json.replace('"', '\'')),
                    text(
                            "names without quotes",
                            json -> json.replaceAll("\"(\\w+)\"(?=\\s*:)", "$1")),
                    text("a comma at the end", json -> json.substring(0, json.length() - 1) + ",}"),
                    text("a comma in front", json -> "{," + json.substring(1)),
                    text("a comment", json -> "{/* signed below */" + json.substring(1)),
                    text("no colon", json -> json.replaceFirst("\"\\s*:", "\"")));

    /** Those that cost a MiB each, for now and then. */
    static final List<Defect> HUGE =
            List.of(
                    text("a MiB of input", json -> json.replaceFirst("\\{", big("input"))),
                    text("a MiB of nonce", json -> "{\"nonce\":" + "9".repeat(1 << 20) + "}"),
                    text("a MiB of name", json -> "{\"" + "n".repeat(1 << 20) + "\":1}"),
                    text("a MiB of blanks", json -> " ".repeat(1 << 20) + json),
                    text("a MiB of arrays", json -> "[".repeat(1 << 20)),
                    text("100 kB of arrays", json -> "{\"input\":" + "[".repeat(100_000)),
                    text("100 kB of objects", json -> "{\"a\":".repeat(20_000)),
                    text("100 kB of number", json -> "{\"nonce\":" + "9".repeat(100_000) + "}"),
                    text("one byte too large", WireDefects::oneByteTooLarge));

    private WireDefects() {}

    /** One makes of the bytes of a request what is not one. */
    @FunctionalInterface
    private interface Spoiling {
        byte @Nullable [] of(byte[] text, Random random);
    }

    private static Defect bytes(String name, Spoiling spoiling) {
        return Defect.bytes(name, draft -> draft.value = bytes -> spoiling.of(bytes, draft.random));
    }

    private static Defect text(String name, Function<String, String> spoiling) {
        return Defect.bytes(name, draft -> draft.text = spoiling::apply);
    }

    private static Defect encoded(Charset charset) {
        return bytes(charset.name(), (bytes, random) -> new String(bytes, UTF_8).getBytes(charset));
    }

    private static byte[] withoutStart(byte[] text, Random random) {
        return Arrays.copyOfRange(text, 1 + random.nextInt(text.length - 1), text.length);
    }

    private static byte[] noise(byte[] text, Random random) {
        byte[] noise = new byte[1 + random.nextInt(600)];
        random.nextBytes(noise);
        noise[0] |= (byte) 0x80; // no JSON text begins so
        return noise;
    }

    private static byte[] gzip(byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Puts {@code bytes} behind the first quotation mark: into a member's name. */
    private static byte[] inInput(byte[] text, byte[] bytes) {
        int at = 1;
        while (text[at - 1] != '"') {
            at++;
        }
        return joined(Arrays.copyOf(text, at), bytes, Arrays.copyOfRange(text, at, text.length));
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static String big(String member) {
        return "{\"" + member + "\":\"" + "x".repeat(1 << 20) + "\",";
    }

    private static String oneByteTooLarge(String text) {
        return text + " ".repeat(World.MAX_RECORD_BYTES + 1 - text.getBytes(UTF_8).length);
    }
}
