package io.millrace.chain;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A call to the node that brought no usable answer. Transient unless it is a revert: the caller
 * waits and asks again. Messages never hold the path or query of the endpoint, which may carry a
 * token.
 */
public final class RpcException extends IOException {

    /** What kind of no-answer it was. */
    public enum Kind {
        /** Nothing came back, or not in time: whether the node acted is unknown. */
        UNREACHABLE,
        /** The node answered with a JSON-RPC error. */
        REFUSED,
        /** The answer breaks the protocol, or contradicts what was asked. */
        INVALID
    }

    private static final int REVERTED = 3; // the code geth, reth, nethermind and anvil use

    private final Kind kind;
    private final int code;
    private final @Nullable String data;

    private RpcException(
            Kind kind, int code, @Nullable String data, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.code = code;
        this.data = data;
    }

    /** No answer from {@code host} to {@code method}. */
    public static RpcException unreachable(String method, String host, Throwable cause) {
        String why =
                cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new RpcException(
                Kind.UNREACHABLE, 0, null, method + ": no answer from " + host + ": " + why, cause);
    }

    /** The node's own error. */
    public static RpcException refused(
            String method, int code, String message, @Nullable String data) {
        return new RpcException(
                Kind.REFUSED,
                code,
                data,
                method
                        + " refused: "
                        + requireNonNull(message, "message is null")
                        + " ("
                        + code
                        + ")",
                null);
    }

    /** An answer that cannot be used. */
    public static RpcException invalid(String method, String what) {
        return new RpcException(Kind.INVALID, 0, null, method + ": " + what, null);
    }

    /** What kind of no-answer it was. */
    public Kind kind() {
        return kind;
    }

    /** Data of a revert, 0x-hex, or null if the node gave none. */
    public @Nullable String data() {
        return data;
    }

    /** Whether the EVM ran the call and reverted it: an answer of the contract, not a fault. */
    public boolean isRevert() {
        return kind == Kind.REFUSED
                && (code == REVERTED
                        || (data != null && data.length() >= 10)
                        || String.valueOf(getMessage()).contains("execution reverted"));
    }
}
