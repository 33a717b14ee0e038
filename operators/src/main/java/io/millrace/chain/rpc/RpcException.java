package io.millrace.chain.rpc;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A call to the node that brought no usable answer. Transient unless it is a revert: the caller
 * waits and asks again. Messages never hold the path or query of the endpoint, which may carry a
 * token.
 */
public final class RpcException extends IOException {

    private final RpcErrorKind kind;
    private final int code;
    private final @Nullable String data;
    private final long fittingBlocks;

    private RpcException(
            RpcErrorKind kind,
            int code,
            @Nullable String data,
            long fittingBlocks,
            String message,
            @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.code = code;
        this.data = data;
        this.fittingBlocks = fittingBlocks;
    }

    /** No answer from {@code host} to {@code method}. */
    public static RpcException unreachable(String method, String host, Throwable cause) {
        String why =
                cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new RpcException(
                RpcErrorKind.UNREACHABLE,
                0,
                null,
                0,
                method + ": no answer from " + host + ": " + why,
                cause);
    }

    /** The node's own error. What its text means beyond that is {@link RpcErrorText}'s to say. */
    public static RpcException refused(
            String method, int code, String message, @Nullable String data) {
        RpcErrorText text = RpcErrorText.of(method, code, message, data);
        return new RpcException(
                text.kind(),
                code,
                data,
                text.fittingBlocks(),
                "%s refused: %s (%d)"
                        .formatted(method, requireNonNull(message, "message is null"), code),
                null);
    }

    /** The node knows less than it, or another, has shown before. */
    public static RpcException behind(String method, String what) {
        return new RpcException(RpcErrorKind.BEHIND, 0, null, 0, method + ": " + what, null);
    }

    /** An answer that cannot be used. */
    public static RpcException invalid(String method, String what) {
        return new RpcException(RpcErrorKind.INVALID, 0, null, 0, method + ": " + what, null);
    }

    /** What kind of no-answer it was. */
    public RpcErrorKind kind() {
        return kind;
    }

    /** Of TOO_WIDE: how many blocks the node would take at once, 0 if it did not say. */
    public long fittingBlocks() {
        return fittingBlocks;
    }

    /** Data of a revert, 0x-hex, or null if the node gave none. */
    public @Nullable String data() {
        return data;
    }

    /** Whether the EVM ran the call and reverted it: an answer of the contract, not a fault. */
    public boolean isRevert() {
        return kind == RpcErrorKind.REFUSED
                && RpcErrorText.isRevert(code, String.valueOf(getMessage()), data);
    }
}
