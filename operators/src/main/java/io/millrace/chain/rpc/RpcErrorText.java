package io.millrace.chain.rpc;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the text of a JSON-RPC error means. The codes do not tell: -32602 is a range too wide at
 * Infura and a node behind at reth and geth, -32005 a range too wide and a rate limit. The table is
 * data, in order of precedence; what it does not know stays REFUSED, which is retried and shown.
 *
 * @param kind of the exception
 * @param fittingBlocks how many blocks at once the node asks for, 0 if it does not say
 */
record RpcErrorText(RpcErrorKind kind, long fittingBlocks) {

    private static final String COUNT = "(?<blocks>\\d[\\d,.]*k?)";
    private static final String HEX_RANGE = "\\[(?<from>0x[0-9a-f]+), ?(?<to>0x[0-9a-f]+)]";

    /**
     * @param source whose text it is
     * @param text found anywhere in the message
     */
    private record Row(RpcErrorKind kind, String source, Pattern text) {}

    private static final List<Row> TABLE =
            List.of(
                    behind("geth, reth, nethermind", "block range extends beyond current head"),
                    behind("Erigon", "beyond latest executed block"),
                    behind("Besu, Infura", "blocks specified in filter .* cannot be found"),
                    behind("geth, anvil", "unknown block|header not found|block not found"),
                    tooWide("Alchemy", "this block range should work: " + HEX_RANGE),
                    tooWide("Infura, zkSync", "try with this block range " + HEX_RANGE),
                    tooWide(
                            "reth",
                            "query exceeds max results \\d+, retry with the range"
                                    + " (?<from>\\d+)-(?<to>\\d+)"),
                    tooWide("Alchemy, Aurora", "up to an? " + COUNT + " block range"),
                    tooWide("reth, Hyperliquid", "query exceeds max block range " + COUNT),
                    tooWide("QuickNode, Base", "limited to an? " + COUNT + "( blocks?)? range"),
                    tooWide("1RPC, BlockPI", "limited to (0 - )?" + COUNT + " blocks?"),
                    tooWide("geth, BSC, PublicNode", "maximum block range: " + COUNT),
                    tooWide("Moonriver", "block range is too wide \\(maximum " + COUNT + "\\)"),
                    tooWide("Ankr", "block range is too wide"),
                    tooWide("Ankr", "blocks distance: " + COUNT),
                    tooWide(
                            "Avalanche, dRPC",
                            "too many blocks from \\d+ to \\d+, maximum is set to " + COUNT),
                    tooWide("dRPC", "ranges over " + COUNT + " blocks are not supported"),
                    tooWide("Cloudflare", "max range: " + COUNT),
                    tooWide("thirdweb", "number of requested blocks is " + COUNT),
                    tooWide("Coinbase", "limit the query to at most " + COUNT + " blocks"),
                    tooWide("Blast", "range allowed for your plan \\(\\d+ > " + COUNT + "\\)"),
                    tooWide("Swell", "block range greater than " + COUNT + " max"),
                    tooWide("SimplyVC", "too wide blocks range, the limit is " + COUNT),
                    tooWide("Base, Optimism", "block range (is )?too large"),
                    tooWide("Chainstack", "block range limit exceeded"),
                    tooWide("geth, Infura", "query returned more than \\d+ results"),
                    tooWide("Ankr, LlamaRPC", "query exceeds max results"),
                    tooWide("Arbitrum", "logs matched by query exceeds limit"),
                    tooWide("Alchemy, 1RPC", "response size (exceeded|should not)"),
                    tooWide("Optimism", "backend response too large"),
                    tooWide("geth, Chainstack", "query timeout exceeded|request timed out"),
                    later("Alchemy, QuickNode", "compute units per second|rate limit|throughput"),
                    later("Infura, Ankr", "too many requests|daily request count exceeded"),
                    later("Base", "no backend is currently healthy"));

    private static final Set<String> RUNNING =
            Set.of("eth_call", "eth_estimateGas", "eth_sendRawTransaction");
    private static final int REVERTED = 3; // the code geth, reth, nethermind and anvil use
    private static final int HTTP_TOO_MANY_REQUESTS = 429; // Alchemy gives it as JSON-RPC code too

    /** The meaning of an error that a node gave to {@code method}. */
    static RpcErrorText of(String method, int code, String message, @Nullable String data) {
        if (isRevert(method, code, message, data)) {
            return new RpcErrorText(RpcErrorKind.REFUSED, 0);
        }
        for (Row row : TABLE) {
            Matcher matcher = row.text().matcher(message);
            boolean applies = row.kind() != RpcErrorKind.TOO_WIDE || method.equals("eth_getLogs");
            if (applies && matcher.find()) {
                return new RpcErrorText(row.kind(), fittingBlocks(row.text().pattern(), matcher));
            }
        }
        return new RpcErrorText(
                code == HTTP_TOO_MANY_REQUESTS ? RpcErrorKind.UNREACHABLE : RpcErrorKind.REFUSED,
                0);
    }

    /** Whether the EVM ran the call and reverted it; only of methods that have it run one. */
    static boolean isRevert(String method, int code, String message, @Nullable String data) {
        return RUNNING.contains(method)
                && (code == REVERTED
                        || (data != null && data.length() >= 10)
                        || message.contains("execution reverted"));
    }

    private static long fittingBlocks(String pattern, Matcher matcher) {
        try {
            if (pattern.contains("(?<blocks>")) {
                return count(matcher.group("blocks"));
            }
            if (pattern.contains("(?<from>")) {
                long from = Long.decode(matcher.group("from"));
                long to = Long.decode(matcher.group("to"));
                return Math.max(0, to - from + 1);
            }
            return 0;
        } catch (NumberFormatException e) {
            return 0; // a number beyond 64 bits suggests nothing
        }
    }

    private static long count(String text) {
        String plain = text.toLowerCase(Locale.ROOT).replaceAll("[,.]", "");
        return plain.endsWith("k")
                ? 1_000 * Long.parseLong(plain.substring(0, plain.length() - 1))
                : Long.parseLong(plain);
    }

    private static Row tooWide(String source, String text) {
        return row(RpcErrorKind.TOO_WIDE, source, text);
    }

    private static Row behind(String source, String text) {
        return row(RpcErrorKind.BEHIND, source, text);
    }

    private static Row later(String source, String text) {
        return row(RpcErrorKind.UNREACHABLE, source, text);
    }

    private static Row row(RpcErrorKind kind, String source, String text) {
        return new Row(kind, source, Pattern.compile(text, CASE_INSENSITIVE));
    }
}
