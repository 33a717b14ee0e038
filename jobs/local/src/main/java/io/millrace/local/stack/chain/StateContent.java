package io.millrace.local.stack.chain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;

/**
 * What anvil's JSON of a chain's state has in it. The node does not write it in one piece: one
 * taken while a block was mined has the block's number without the block.
 */
public final class StateContent {

    /** Field names are accounts and slots, of any number: none is worth remembering. */
    static final JsonMapper MAPPER =
            new JsonMapper(
                    JsonFactory.builder()
                            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                            .build());

    private long head = -1;
    private long blocks;
    private long highest = -1;
    private long transactions;
    private long receipts;
    private long genesisTimestamp;

    private StateContent() {}

    /**
     * Reads {@code state} to its end, and keeps no more of it than a block at a time.
     *
     * @throws IOException if it is cut off or damaged
     */
    static StateContent of(InputStream state) throws IOException {
        StateContent content = new StateContent();
        try (JsonParser json = MAPPER.createParser(state)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                content.take(json.currentName(), json);
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw new IOException("the chain's state is cut off");
            }
        } catch (JsonProcessingException | NumberFormatException e) {
            throw new IOException("the chain's state is cut off or damaged", e);
        }
        return content;
    }

    /**
     * Whether it is that of block {@code number}, with every block and every receipt up to it.
     *
     * @throws IOException if not
     */
    void requireWhole(long number) throws IOException {
        if (head != number || highest != number || blocks <= number || transactions > receipts) {
            throw new IOException(
                    "the chain's state at block %d is not whole: its head is %d, it has %d blocks up to %d, %d transactions and %d receipts"
                            .formatted(number, head, blocks, highest, transactions, receipts));
        }
    }

    /** Of block 0, in seconds since 1970: a node that loads the state makes that block anew. */
    public long genesisTimestamp() {
        return genesisTimestamp;
    }

    private void take(String field, JsonParser json) throws IOException {
        json.nextToken();
        switch (field) {
            case "best_block_number" -> head = json.getLongValue();
            case "blocks" -> {
                while (json.nextToken() == JsonToken.START_OBJECT) {
                    takeBlock(MAPPER.readTree(json));
                }
            }
            case "transactions" -> {
                while (json.nextToken() == JsonToken.START_OBJECT) {
                    json.skipChildren();
                    receipts++;
                }
            }
            default -> json.skipChildren();
        }
    }

    private void takeBlock(JsonNode block) {
        JsonNode header = block.path("header");
        long number = Long.decode(header.path("number").asText());
        if (number == 0) {
            genesisTimestamp = Long.decode(header.path("timestamp").asText());
        }
        highest = Math.max(highest, number);
        transactions += block.path("transactions").size();
        blocks++;
    }
}
