package io.millrace.job;

/** Operator uids: the names of state in savepoints. Changing one is a breaking change. */
public final class Uids {

    public static final String REQUESTS = "requests";
    public static final String REQUESTS_ACCOUNTED = "requests-accounted";
    public static final String REQUEST_POSITIONS = "request-positions";
    public static final String VAULT_EVENTS = "vault-events";
    public static final String VAULT_POSITIONS = "vault-positions";
    public static final String VAULT_IDLE = "vault-idle";
    public static final String CHARGES_BACK = "charges-back";
    public static final String FUNDS_CHARGED = "funds-charged";
    public static final String FUNDS_EVENTS = "funds-events";
    public static final String FUNDS_IDLE = "funds-idle";
    public static final String GATE_KEEPER = "gate-keeper";
    public static final String GATE = "gate";
    public static final String VALIDATE = "validate";
    public static final String ADMIT = "admit";
    public static final String PROMISED = "promised";
    public static final String ALLOCATE = "allocate";
    public static final String ALLOCATED = "allocated";
    public static final String INFER = "infer";
    public static final String METER = "meter";
    public static final String SHARD_CUT = "shard-cut";
    public static final String SEAL = "seal";
    public static final String RECEIPTS = "receipts";
    public static final String CHARGES_ENCODED = "charges-encoded";
    public static final String EVIDENCE_ENCODED = "evidence-encoded";
    public static final String RESULTS_ENCODED = "results-encoded";
    public static final String INVALID_ENCODED = "invalid-encoded";
    public static final String REJECTIONS_ENCODED = "rejections-encoded";
    public static final String EPOCHS_ENCODED = "epochs-encoded";
    public static final String MARKS_ENCODED = "marks-encoded";
    public static final String RECEIPTS_ENCODED = "receipts-encoded";
    public static final String MONEY_OUT = "money-out";
    public static final String RESULTS_OUT = "results-out";
    public static final String REJECTIONS_OUT = "rejections-out";
    public static final String EPOCHS_OUT = "epochs-out";
    public static final String RECEIPTS_OUT = "receipts-out";
    public static final String EPOCHS_BACK = "epochs-back";
    public static final String SUBMIT = "submit";
    public static final String TICKS = "ticks";
    public static final String REQUEST_CLOCK = "request-clock";
    public static final String TICKS_OUT = "ticks-out";

    private Uids() {}
}
