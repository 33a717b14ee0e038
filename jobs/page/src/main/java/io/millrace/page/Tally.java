package io.millrace.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.EnumMap;
import java.util.Map;

/** Sums since the beginning of the ledger. Not safe for use by several threads. */
final class Tally {

    /** One number of the books; amounts are nano-USD. */
    enum Sum {
        REQUESTS,
        REFUSALS,
        CHARGES,
        ANSWERED,
        TOKENS,
        DEBITS_NANO,
        CREDITS_NANO,
        FEES_NANO,
        RECEIPTS,
        EPOCHS,
        PARTS,
        SEALED_NANO,
        SETTLED_PARTS,
        SETTLED_NANO,
        /** What spending accounts hold. */
        SPENDING_NANO,
        /** What owners may take. */
        RELEASED_NANO,
        /** What earning accounts hold. */
        EARNING_NANO
    }

    private final Map<Sum, Long> sums = new EnumMap<>(Sum.class);

    /** As {@link #toJson} wrote it; a sum that is not there is zero. */
    static Tally of(JsonNode json) {
        Tally tally = new Tally();
        for (Sum sum : Sum.values()) {
            tally.sums.put(sum, json.path(sum.name()).asLong());
        }
        return tally;
    }

    void count(Sum sum) {
        add(sum, 1);
    }

    void add(Sum sum, long amount) {
        sums.merge(sum, amount, Math::addExact);
    }

    long of(Sum sum) {
        return sums.getOrDefault(sum, 0L);
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        sums.forEach((sum, amount) -> json.put(sum.name(), amount));
        return json;
    }
}
