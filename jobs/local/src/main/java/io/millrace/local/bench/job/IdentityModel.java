package io.millrace.local.bench.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.infer.store.ModelManifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * The cheapest model that the engine can load: a graph of one node that looks each token's vector
 * up in a table of {@value #WORDS} rows, and a tokenizer that splits at blanks. It runs as any
 * other, through the same runtime, so that what is left of a request's cost is not the model's.
 *
 * <p>The graph is written here, field by field as ONNX's onnx.proto3 numbers them.
 */
public final class IdentityModel {

    /** For people, and name of its folder. */
    public static final String NAME = "bench-identity";

    /** Most tokens of a text. */
    public static final int MAX_TOKENS = 256;

    private static final int WORDS = 64;
    private static final int FLOAT = 1; // TensorProto.DataType
    private static final int INT64 = 7;
    private static final int IR_VERSION = 7;
    private static final int OPERATORS = 13;
    private static final List<String> INPUTS =
            List.of("input_ids", "attention_mask", "token_type_ids");
    private static final String OUTPUT = "last_hidden_state";
    private static final String TABLE = "table";

    private IdentityModel() {}

    /**
     * Writes it below {@code models}.
     *
     * @param dimension of its embeddings: how much there is to hash, to encode and to send
     */
    public static ModelManifest write(Path models, int dimension) throws IOException {
        Path folder = Files.createDirectories(models.resolve(NAME));
        byte[] graph = graph(dimension);
        byte[] tokenizer = tokenizer();
        Files.write(folder.resolve(ModelManifest.MODEL_FILE), graph);
        Files.write(folder.resolve(ModelManifest.TOKENIZER_FILE), tokenizer);
        ObjectNode manifest = new ObjectMapper().createObjectNode();
        manifest.put("name", NAME)
                .put("engine", "OnnxRuntime")
                .put("precision", "float32")
                .put("dimension", dimension)
                .put("maxTokens", MAX_TOKENS)
                .put("pooling", "mean")
                .put("normalize", false);
        manifest.putObject("files")
                .put(ModelManifest.MODEL_FILE, sha256(graph))
                .put(ModelManifest.TOKENIZER_FILE, sha256(tokenizer));
        Files.writeString(folder.resolve(ModelManifest.FILE), manifest.toPrettyString());
        return ModelManifest.read(folder);
    }

    /** A text that it takes, of {@code words} tokens, number {@code index} of many. */
    public static String text(int words, int index) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(i == 0 ? "" : " ").append(word(1 + (index * 7 + i * 5) % (WORDS - 1)));
        }
        return text.toString();
    }

    private static String word(int number) {
        return "w" + number;
    }

    private static byte[] tokenizer() {
        ObjectNode root = new ObjectMapper().createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        root.putArray("added_tokens");
        root.putNull("normalizer").putObject("pre_tokenizer").put("type", "WhitespaceSplit");
        root.putNull("post_processor").putNull("decoder");
        ObjectNode model = root.putObject("model").put("type", "WordLevel");
        ObjectNode vocabulary = model.putObject("vocab").put("[UNK]", 0);
        for (int i = 1; i < WORDS; i++) {
            vocabulary.put(word(i), i);
        }
        model.put("unk_token", "[UNK]");
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] graph(int dimension) {
        ByteBuffer values =
                ByteBuffer.allocate(WORDS * dimension * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < WORDS * dimension; i++) {
            values.putFloat((float) Math.sin(1 + i)); // digits like an embedding's
        }
        Message table = new Message();
        table.number(1, WORDS).number(1, dimension).number(2, FLOAT);
        table.text(8, TABLE).bytes(9, values.array());
        Message node =
                new Message()
                        .text(1, TABLE)
                        .text(1, INPUTS.get(0))
                        .text(2, OUTPUT)
                        .text(4, "Gather");
        Message graph = new Message().message(1, node).text(2, NAME).message(5, table);
        for (String input : INPUTS) {
            graph.message(11, value(input, INT64, List.of("rows", "tokens"), 0));
        }
        graph.message(12, value(OUTPUT, FLOAT, List.of("rows", "tokens"), dimension));
        return new Message()
                .number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Message().text(1, "").number(2, OPERATORS))
                .toBytes();
    }

    private static Message value(String name, int type, List<String> open, int last) {
        Message shape = new Message();
        open.forEach(dimension -> shape.message(1, new Message().text(2, dimension)));
        if (last > 0) {
            shape.message(1, new Message().number(1, last));
        }
        Message tensor = new Message().number(1, type).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    private static String sha256(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return "%064x".formatted(new BigInteger(1, digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** A message in protocol buffers' wire form. */
    private static final class Message {

        private static final int VARINT = 0;
        private static final int LENGTH = 2;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((field << 3) | VARINT);
            varint(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.toBytes());
        }

        Message bytes(int field, byte[] value) {
            varint((field << 3) | LENGTH);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        byte[] toBytes() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            while (rest > 0x7f) {
                out.write((int) ((rest & 0x7f) | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}
