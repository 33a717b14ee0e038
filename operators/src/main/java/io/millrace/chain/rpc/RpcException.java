package io.millrace.chain.rpc;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A call to the node that brought no usable answer. Transient unless it is a revert: the caller
 * waits and asks again. Messages never hold the path or query of the endpoint, which may carry a
 * token.
 */
public final class RpcException extends IOException {

    /** Not such a request, too large, address too long, not such content. */
    private static final Set<Integer> OF_THE_CALL = Set.of(400, 413, 414, 422);

    private final RpcErrorKind kind;
    private final int code;
    private final @Nullable String data;
    private final long fittingBlocks;
    private final @Nullable String words;

    private RpcException(
            RpcErrorKind kind,
            int code,
            @Nullable String data,
            long fittingBlocks,
            @Nullable String words,
            String message,
            @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.code = code;
        this.data = data;
        this.fittingBlocks = fittingBlocks;
        this.words = words;
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
                null,
                method + ": no answer from " + host + ": " + why,
                cause);
    }

    /**
     * An HTTP status of {@code host} without a JSON-RPC answer. A few of them say that the call
     * itself will not do; all others, that the node was not heard.
     */
    static RpcException status(String method, String host, int status) {
        String words = "HTTP " + status + " without a JSON-RPC answer";
        return new RpcException(
                OF_THE_CALL.contains(status) ? RpcErrorKind.REFUSED : RpcErrorKind.UNREACHABLE,
                0,
                null,
                0,
                words,
                method + ": no answer from " + host + ": " + words,
                null);
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
                message + " (" + code + ")",
                "%s refused: %s (%d)"
                        .formatted(method, requireNonNull(message, "message is null"), code),
                null);
    }

    /** The node knows less than it, or another, has shown before. */
    public static RpcException behind(String method, String what) {
        return new RpcException(RpcErrorKind.BEHIND, 0, null, 0, null, method + ": " + what, null);
    }

    /** An answer that cannot be used. */
    public static RpcException invalid(String method, String what) {
        return new RpcException(RpcErrorKind.INVALID, 0, null, 0, null, method + ": " + what, null);
    }

    /**
     * What a refusal means when logs of more than one block were asked for: whatever its words, a
     * narrower range may be taken. All else stays what it was.
     */
    RpcException ofRange() {
        return kind == RpcErrorKind.REFUSED && !isRevert()
                ? new RpcException(
                        RpcErrorKind.TOO_WIDE,
                        code,
                        data,
                        0,
                        words,
                        String.valueOf(getMessage()),
                        this)
                : this;
    }

    /** What a refusal means when the logs of one block were asked for: width is not the matter. */
    RpcException ofBlock(long block) {
        return kind == RpcErrorKind.REFUSED || kind == RpcErrorKind.TOO_WIDE
                ? new RpcException(
                        RpcErrorKind.REFUSED,
                        code,
                        data,
                        0,
                        words,
                        ("eth_getLogs: the node refuses the logs of block %d alone, so the width of"
                                        + " the range is not the matter; name a node in"
                                        + " chain.rpc.urls that gives them: %s")
                                .formatted(block, words == null ? getMessage() : words),
                        this)
                : this;
    }

    /** What kind of no-answer it was. */
    public RpcErrorKind kind() {
        return kind;
    }

    /** Of TOO_WIDE: how many blocks the node would take at once, 0 if it did not say. */
    public long fittingBlocks() {
        return fittingBlocks;
    }

    /** What the node, or something before it, said itself, with its code; null if nothing was. */
    public @Nullable String words() {
        return words;
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
