package io.millrace.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.read.JsonFields;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.web3j.utils.Numeric;

/** Few words for JSON. */
final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** The object that {@code node} is, else a new one. */
    static ObjectNode object(JsonNode node) {
        return node instanceof ObjectNode object ? object : object();
    }

    static JsonFields fields(byte @Nullable [] value) throws IOException {
        JsonNode read = value == null ? null : MAPPER.readTree(value);
        if (read == null) {
            throw new IOException("it has no value");
        }
        return new JsonFields(read);
    }

    static byte[] bytes(JsonNode node) throws IOException {
        return MAPPER.writeValueAsBytes(node);
    }

    /** Of 0x and hexadecimal digits. */
    static byte[] bytes(String hex) {
        return Numeric.hexStringToByteArray(hex);
    }
}
