package io.millrace.job.topic;

import java.util.List;

/** The Kafka topics of one deployment: names, and what each one's role needs. */
public final class Topics {

    public static final String REQUESTS = "inference.requests";
    public static final String RESULTS = "inference.results";
    public static final String REJECTIONS = "inference.rejections";
    public static final String CHARGES = "inference.charges";

    /** What stands behind each charge, for the tribunal; its values are no JSON. */
    public static final String EVIDENCE = "inference.evidence";

    public static final String EPOCHS = "settlement.epochs";
    public static final String RECEIPTS = "settlement.receipts";
    public static final String TRANSACTIONS = "settlement.transactions";

    /** The last one counts: where the ledger stood at the newest complete checkpoint. */
    public static final String CHECKPOINTS = "settlement.checkpoints";

    /** All of them, in the order of the flow. */
    public static final List<String> ALL =
            List.of(
                    REQUESTS,
                    RESULTS,
                    REJECTIONS,
                    CHARGES,
                    EVIDENCE,
                    EPOCHS,
                    RECEIPTS,
                    TRANSACTIONS,
                    CHECKPOINTS);

    /** Kafka header that marks a record of {@link #REQUESTS} as the job's own clock tick. */
    public static final String TICK_HEADER = "millrace-tick";

    /**
     * Most bytes of one record of {@link #REQUESTS} that the broker may take, compressed or not: it
     * bounds what a reader of the topic must hold, whoever writes to it.
     */
    public static final int REQUEST_MAX_BYTES = 1024 * 1024;

    /**
     * Most bytes of one record of {@link #RESULTS}: 128 vectors of the largest dimension that a
     * manifest may have, in digits.
     */
    public static final int RESULT_MAX_BYTES = 8 * 1024 * 1024;

    private Topics() {}
}
