package io.millrace.chain.rpc;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Logs of some contracts in one block or several. A refusal of several blocks is TOO_WIDE whatever
 * its words, as nobody can know all of them; a refusal of one block is one of the block.
 *
 * @param from first block
 * @param to last block
 * @param addresses of the contracts, lower case
 * @param filter parameter of eth_getLogs
 */
public record LogQuery(long from, long to, List<String> addresses, Map<String, Object> filter) {

    /** JSON-RPC method. */
    public static final String METHOD = "eth_getLogs";

    /** Blocks {@code from} to {@code to}, both included; always numbers, never a tag. */
    public static LogQuery range(long from, long to, List<String> addresses) {
        return new LogQuery(
                from,
                to,
                addresses,
                Map.of(
                        "address",
                        addresses,
                        "fromBlock",
                        HexQuantity.of(from),
                        "toBlock",
                        HexQuantity.of(to)));
    }

    /** One block, asked for by its hash. */
    public static LogQuery block(long number, String hash, List<String> addresses) {
        return new LogQuery(
                number, number, addresses, Map.of("address", addresses, "blockHash", hash));
    }

    /** Only those with these topics. */
    public LogQuery with(Object topics) {
        Map<String, Object> narrowed = new HashMap<>(filter);
        narrowed.put("topics", topics);
        return new LogQuery(from, to, addresses, narrowed);
    }

    /** What {@code node} has. */
    public List<LogEntry> ask(JsonRpc node) throws RpcException {
        try {
            return RpcAnswers.logs(node.call(METHOD, filter), from, to, addresses);
        } catch (RpcException e) {
            throw from == to ? e.ofBlock(from) : e.ofRange();
        }
    }
}
