package io.millrace.local.stack.chain;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;

/**
 * The states of earlier blocks in anvil's JSON of a chain's state. A node that loads more of them
 * than it keeps forgets any, not the oldest; so only those are written that somebody may still ask
 * for.
 */
public final class StateHistory {

    private static final String FIELD = "historical_states";

    private StateHistory() {}

    /**
     * Copies {@code state} into {@code out}, with the earlier states of the blocks with {@code
     * hashes} only, token by token.
     *
     * @throws IOException if it is cut off or damaged
     */
    public static void copyOnly(Set<String> hashes, InputStream state, OutputStream out)
            throws IOException {
        try (JsonParser in = StateContent.MAPPER.createParser(state);
                JsonGenerator copy = StateContent.MAPPER.createGenerator(out)) {
            copy.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET); // it is its opener's
            in.nextToken();
            copy.writeStartObject();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String field = in.currentName();
                copy.writeFieldName(field);
                JsonToken value = in.nextToken();
                if (field.equals(FIELD) && value == JsonToken.START_ARRAY) {
                    copyOnly(hashes, in, copy);
                } else {
                    copy.copyCurrentStructure(in);
                }
            }
            copy.writeEndObject();
        }
    }

    /** An array of pairs: a block's hash, and the state after it. */
    private static void copyOnly(Set<String> hashes, JsonParser in, JsonGenerator copy)
            throws IOException {
        copy.writeStartArray();
        while (in.nextToken() == JsonToken.START_ARRAY) {
            String hash = in.nextTextValue();
            in.nextToken();
            if (hashes.contains(hash)) {
                copy.writeStartArray();
                copy.writeString(hash);
                copy.copyCurrentStructure(in);
                copy.writeEndArray();
            } else {
                in.skipChildren();
            }
            in.nextToken();
        }
        copy.writeEndArray();
    }
}
