package io.millrace.chain.rpc;

/** What kind of no-answer a call brought. */
public enum RpcErrorKind {
    /** Nothing came back, or not in time, or "later": whether the node acted is unknown. */
    UNREACHABLE,
    /** The node answered with a JSON-RPC error. */
    REFUSED,
    /** The node refuses to look through that many blocks, or to give that many logs, at once. */
    TOO_WIDE,
    /** The node does not have a block that another, or it itself, has shown before. */
    BEHIND,
    /** The answer breaks the protocol, or contradicts what was asked. */
    INVALID
}
