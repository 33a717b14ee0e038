package io.millrace.admit.hostile;

import static io.millrace.admit.RejectReason.BAD_SIGNATURE;
import static io.millrace.admit.RejectReason.FEE_CAP_TOO_LOW;
import static io.millrace.admit.RejectReason.INPUT_TOO_LONG;
import static io.millrace.admit.RejectReason.MALFORMED;
import static io.millrace.admit.RejectReason.SCHEMA;
import static io.millrace.admit.RejectReason.TOO_MANY_TEXTS;

import io.millrace.admit.RejectReason;

/**
 * Something wrong that a generator can put into a request, and the code that a client must get for
 * it.
 *
 * @param check which of the checks notices it: of two defects the earlier check's code counts
 */
record Defect(String name, Check check, RejectReason code, Plant plant) {

    /** The checks of a record, in the documented order. */
    enum Check {
        BYTES,
        MEMBERS,
        TEXT,
        LIST,
        MODEL,
        DEADLINE,
        LENGTH,
        SIGNATURE,
        TASK,
        TOKENS,
        FEE
    }

    /** Puts it into a request that is about to be signed. */
    @FunctionalInterface
    interface Plant {
        void apply(Draft draft);
    }

    static Defect bytes(String name, Plant plant) {
        return new Defect(name, Check.BYTES, MALFORMED, plant);
    }

    static Defect members(String name, Plant plant) {
        return new Defect(name, Check.MEMBERS, SCHEMA, plant);
    }

    static Defect text(String name, Plant plant) {
        return new Defect(name, Check.TEXT, MALFORMED, plant);
    }

    static Defect list(String name, Plant plant) {
        return new Defect(name, Check.LIST, TOO_MANY_TEXTS, plant);
    }

    static Defect model(String name, RejectReason code, String model) {
        return new Defect(name, Check.MODEL, code, draft -> draft.model = model);
    }

    static Defect deadline(String name, RejectReason code, Plant plant) {
        return new Defect(name, Check.DEADLINE, code, plant);
    }

    static Defect length(String name, Plant plant) {
        return new Defect(name, Check.LENGTH, INPUT_TOO_LONG, plant);
    }

    static Defect signature(String name, Plant plant) {
        return new Defect(name, Check.SIGNATURE, BAD_SIGNATURE, plant);
    }

    static Defect task(String name, RejectReason code, Plant plant) {
        return new Defect(name, Check.TASK, code, plant);
    }

    static Defect tokens(String name, Plant plant) {
        return new Defect(name, Check.TOKENS, INPUT_TOO_LONG, plant);
    }

    static Defect fee(String name, Plant plant) {
        return new Defect(name, Check.FEE, FEE_CAP_TOO_LOW, plant);
    }
}
