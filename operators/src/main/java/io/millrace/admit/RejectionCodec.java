package io.millrace.admit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * The wire form of rejections: {@code
 * {"code","message","requestId","requesterAddress","partition","offset","appendMillis"}}, where
 * requestId and requesterAddress are null if the record did not decode that far.
 */
public final class RejectionCodec {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RejectionCodec() {}

    /** UTF-8 JSON of {@code rejection}. */
    public static byte[] encode(Rejection rejection) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("code", rejection.reason().name());
        node.put("message", rejection.message());
        node.put("requestId", rejection.requestId());
        node.put("requesterAddress", rejection.requesterAddress());
        node.put("partition", rejection.place().topicPartition());
        node.put("offset", rejection.place().offset());
        node.put("appendMillis", rejection.appendMillis());
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a rejection does not encode", e);
        }
    }

    /**
     * Where the request lies whose rejection {@code json} is.
     *
     * @throws IOException if it is no rejection of this codec
     */
    public static RequestPlace placeOf(byte[] json) throws IOException {
        JsonNode node = MAPPER.readTree(json);
        if (!node.path("partition").isInt() || !node.path("offset").isIntegralNumber()) {
            throw new IOException("a rejection without partition and offset: " + node);
        }
        return new RequestPlace(node.path("partition").intValue(), node.path("offset").longValue());
    }
}
