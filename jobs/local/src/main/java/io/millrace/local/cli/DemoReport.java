package io.millrace.local.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.Books;
import io.millrace.local.client.SettledEpoch;
import java.util.List;

/**
 * What a demo did.
 *
 * @param asMeant whether every bad request was refused for its own reason, and no good one was
 * @param proved id of the request whose charge was proven
 * @param provedEpoch its epoch
 * @param verified whether the vault accepted the proof
 */
record DemoReport(
        int sent,
        int answered,
        int rejected,
        long tokens,
        boolean asMeant,
        List<SettledEpoch> epochs,
        Books books,
        String proved,
        long provedEpoch,
        boolean verified) {

    /** Copies. */
    DemoReport {
        epochs = List.copyOf(epochs);
    }

    /** Whether everything that was promised holds. */
    boolean ok() {
        return asMeant && verified && books.ok() && sent == answered + rejected;
    }

    /** The result of {@code demo --json}. */
    ObjectNode toJson(double seconds) {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("ok", ok()).put("seconds", seconds);
        json.putObject("requests")
                .put("sent", sent)
                .put("answered", answered)
                .put("rejected", rejected);
        json.put("tokens", tokens);
        ArrayNode list = json.putArray("epochs");
        for (SettledEpoch epoch : epochs) {
            list.addObject()
                    .put("epoch", epoch.epoch())
                    .put("transaction", epoch.transaction())
                    .put("gas", epoch.gas())
                    .put("accounts", epoch.accounts())
                    .put("debitsNano", epoch.debitsNano())
                    .put("receipts", epoch.receipts());
        }
        json.set("books", books.toJson());
        json.putObject("proof")
                .put("requestId", proved)
                .put("epoch", provedEpoch)
                .put("verified", verified);
        return json;
    }
}
