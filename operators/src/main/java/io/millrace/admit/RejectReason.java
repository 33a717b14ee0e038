package io.millrace.admit;

/** Why a request was refused. The names are wire codes: never renamed, only added to. */
public enum RejectReason {
    MALFORMED(
            "not a JSON object in UTF-8: empty, truncated, another encoding, duplicate members, too"
                    + " large, nested too deep"),
    SCHEMA("JSON, but not as the schema says"),
    UNKNOWN_MODEL("not in the registry, not loaded by this job, or without a price yet"),
    MODEL_INACTIVE("proposed only, or revoked"),
    BAD_SIGNATURE("not the requester's, or not in the one accepted form"),
    UNKNOWN_ACCOUNT("the requester has no deposit that is final yet"),
    EXPIRED("its deadline had passed when it was appended, or has since in every partition"),
    DEADLINE_TOO_FAR("its deadline lies beyond admit.horizon"),
    DUPLICATE("this request id was seen before, in whatever partition"),
    TOO_MANY_TEXTS("a list of more than 128 texts: send several requests"),
    QUERY_UNEXPECTED("a query for a model that does not rank: leave it away, or name a re-ranker"),
    QUERY_MISSING("no query for a model that ranks texts by one"),
    INPUT_TOO_LONG(
            "a text or a query of more characters than are read, or a text, with its query if it"
                    + " has one, of more tokens than the model takes; nothing is ever truncated"),
    FEE_CAP_TOO_LOW("maxFeeNano is below the fee"),
    INSUFFICIENT_FUNDS("deposits less withdrawals, charges and reservations do not cover the fee");

    private final String when;

    RejectReason(String when) {
        this.when = when;
    }

    /** What is wrong with the request; a clause. */
    public String when() {
        return when;
    }
}
