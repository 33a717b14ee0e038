package io.millrace.admit;

/** Why a request was refused. The names are wire codes: never renamed, only added to. */
public enum RejectReason {
    /**
     * Not a JSON object in UTF-8 (null, empty, truncated, wrong encoding, too large, nested too
     * deep).
     */
    MALFORMED,
    /** JSON, but not as the published schema InferenceRequest says. */
    SCHEMA,
    /** The registry knows no such model, or this job has not loaded its manifest. */
    UNKNOWN_MODEL,
    /** Proposed or revoked. */
    MODEL_INACTIVE,
    /** Not 65 bytes r || s || v with v 27/28 and low s, or not the requester's. */
    BAD_SIGNATURE,
    /**
     * The requester has no spending account that the job has seen (deposit first, then wait for
     * finality).
     */
    UNKNOWN_ACCOUNT,
    /** Appended after its deadline. */
    EXPIRED,
    /** Deadline further away than the horizon. */
    DEADLINE_TOO_FAR,
    /** The same request id was seen before. */
    DUPLICATE,
    /** More tokens than the model takes. */
    INPUT_TOO_LONG,
    /** maxFeeNano is below the fee. */
    FEE_CAP_TOO_LOW,
    /** Deposits less withdrawals, charges and reservations do not cover the fee. */
    INSUFFICIENT_FUNDS
}
