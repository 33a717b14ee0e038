package io.millrace.chain.rpc;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Serializable;
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

    /** Too many requests, no node behind the gateway, none in service. */
    private static final Set<Integer> LATER = Set.of(429, 502, 503);

    private final RpcErrorKind kind;
    private final Said said;

    /**
     * What came instead of an answer.
     *
     * @param words of the node, or of something before it, with their code; null if there are none
     * @param revert whether the EVM ran the call and reverted it
     * @param data of a revert
     * @param fittingBlocks of a range too wide: how many the node would take, 0 if it did not say
     * @param later whether they are "later", so that the call itself is not the matter
     * @param laterMillis after which it wants to be asked again, 0 if it did not say
     */
    private record Said(
            @Nullable String words,
            boolean revert,
            @Nullable String data,
            long fittingBlocks,
            boolean later,
            long laterMillis)
            implements Serializable {

        private static final Said NOTHING = new Said(null, false, null, 0, false, 0);
    }

    private RpcException(RpcErrorKind kind, Said said, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.said = said;
    }

    /** No answer from {@code host} to {@code method}. */
    public static RpcException unreachable(String method, String host, Throwable cause) {
        String why =
                cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new RpcException(
                RpcErrorKind.UNREACHABLE,
                Said.NOTHING,
                method + ": no answer from " + host + ": " + why,
                cause);
    }

    /** {@code host} was heard and said nothing that answers {@code method}. */
    static RpcException noAnswer(String method, String host, String words) {
        return new RpcException(
                RpcErrorKind.UNREACHABLE,
                new Said(words, false, null, 0, false, 0),
                method + ": no answer from " + host + ": " + words,
                null);
    }

    /**
     * An HTTP status of {@code host} without a JSON-RPC answer. A few of them say that the call
     * itself will not do; all others, that the node was not heard.
     *
     * @param laterMillis after which it wants to be asked again, 0 if it did not say
     */
    static RpcException status(String method, String host, int status, long laterMillis) {
        String words = "HTTP " + status + " without a JSON-RPC answer";
        return new RpcException(
                OF_THE_CALL.contains(status) ? RpcErrorKind.REFUSED : RpcErrorKind.UNREACHABLE,
                new Said(words, false, null, 0, LATER.contains(status), laterMillis),
                method + ": no answer from " + host + ": " + words,
                null);
    }

    /** The node's own error. What its text means beyond that is {@link RpcErrorText}'s to say. */
    public static RpcException refused(
            String method, int code, String message, @Nullable String data) {
        RpcErrorText text = RpcErrorText.of(method, code, message, data);
        return new RpcException(
                text.kind(),
                new Said(
                        message + " (" + code + ")",
                        RpcErrorText.isRevert(method, code, message, data),
                        data,
                        text.fittingBlocks(),
                        text.kind() == RpcErrorKind.UNREACHABLE,
                        0),
                "%s refused: %s (%d)"
                        .formatted(method, requireNonNull(message, "message is null"), code),
                null);
    }

    /** The node knows less than it, or another, has shown before. */
    public static RpcException behind(String method, String what) {
        return new RpcException(RpcErrorKind.BEHIND, Said.NOTHING, method + ": " + what, null);
    }

    /** An answer that cannot be used. */
    public static RpcException invalid(String method, String what) {
        return new RpcException(RpcErrorKind.INVALID, Said.NOTHING, method + ": " + what, null);
    }

    /**
     * What a refusal means when logs of more than one block were asked for: whatever its words and
     * its form, a narrower range may be taken. All else stays what it was.
     */
    RpcException ofRange() {
        boolean spoken = kind == RpcErrorKind.UNREACHABLE && said.words != null && !said.later;
        return kind == RpcErrorKind.REFUSED || spoken
                ? new RpcException(RpcErrorKind.TOO_WIDE, said, String.valueOf(getMessage()), this)
                : this;
    }

    /** What a refusal means when the logs of one block were asked for: width is not the matter. */
    RpcException ofBlock(long block) {
        return kind == RpcErrorKind.REFUSED || kind == RpcErrorKind.TOO_WIDE
                ? new RpcException(
                        RpcErrorKind.REFUSED,
                        said,
                        ("eth_getLogs: the node refuses the logs of block %d alone, so the width of"
                                        + " the range is not the matter; name a node in"
                                        + " chain.rpc.urls that gives them: %s")
                                .formatted(block, said.words == null ? getMessage() : said.words),
                        this)
                : this;
    }

    /** What it means when the block of a tag was asked for. */
    RpcException ofTag(String tag) {
        boolean unknown = kind == RpcErrorKind.REFUSED || kind == RpcErrorKind.BEHIND;
        return unknown && !tag.equals("latest")
                ? new RpcException(
                        kind,
                        said,
                        ("the node does not say which block is \"%s\"; if it goes on, name one in"
                                        + " chain.rpc.urls that does, or set chain.finality to"
                                        + " another tag or a number of blocks: %s")
                                .formatted(tag, getMessage()),
                        this)
                : this;
    }

    /** What kind of no-answer it was. */
    public RpcErrorKind kind() {
        return kind;
    }

    /** Of TOO_WIDE: how many blocks the node would take at once, 0 if it did not say. */
    public long fittingBlocks() {
        return said.fittingBlocks;
    }

    /** What the node, or something before it, said itself, with its code; null if nothing was. */
    public @Nullable String words() {
        return said.words;
    }

    /** After which it wants to be asked again, 0 if it did not say. */
    public long laterMillis() {
        return said.laterMillis;
    }

    /**
     * How long to wait before it is asked again: as long as it says, as that is a limit and no
     * outage; else twice as long each time.
     *
     * @param pollMillis between two questions without a failure
     * @param failures in a row, this one included
     * @param maxMillis if it does not say
     */
    public long waitMillis(long pollMillis, int failures, long maxMillis) {
        return said.laterMillis > 0
                ? Math.max(pollMillis, said.laterMillis)
                : Math.min(pollMillis << Math.min(failures - 1, 20), maxMillis);
    }

    /** Data of a revert, 0x-hex, or null if the node gave none. */
    public @Nullable String data() {
        return said.data;
    }

    /** Whether the EVM ran the call and reverted it: an answer of the contract, not a fault. */
    public boolean isRevert() {
        return said.revert;
    }
}
