package io.millrace.admit.gate;

/** Whether requests are read, and if not, what is waited for. */
public enum GateState {
    /** Requests are read. */
    OPEN(0),
    /** What the chain said up to its final head has not reached all of admission yet. */
    CATCHING_UP(1),
    /** More is reserved or charged and not final on chain than the limit allows. */
    UNSETTLED_VALUE(2),
    /** The newest final block that was read is so old that a price may have changed unheard. */
    CHAIN_SILENT(3),
    /** More parts of epochs are sealed and not final on chain than the limit allows. */
    UNSETTLED_PARTS(4);

    private final int code;

    GateState(int code) {
        this.code = code;
    }

    /** As the metric gateReason has it. */
    public int code() {
        return code;
    }
}
