package io.millrace.chain.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.chain.rpc.ContractViews;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.LogQuery;
import io.millrace.chain.rpc.LogRanges;
import io.millrace.chain.rpc.RpcAnswers;
import io.millrace.chain.rpc.RpcEndpoints;
import io.millrace.chain.rpc.RpcException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.web3j.protocol.core.RemoteFunctionCall;

/** What a deployment asks of a node beside what the submitter asks. */
final class DeployNode {

    private static final String LATEST = "latest";
    private static final long WINDOW_BLOCKS = 10_000;

    private final RpcEndpoints endpoints;
    private final ContractViews views;
    private final LogRanges<List<LogEntry>> ranges = new LogRanges<>(List::size);

    DeployNode(L2Connection connection) {
        this.endpoints = connection.open();
        this.views = new ContractViews(endpoints);
    }

    boolean hasCode(String address) throws RpcException {
        return ask("eth_getCode", address, LATEST).asText().length() > "0x".length();
    }

    /**
     * Gas of a transaction of {@code from}; sent to nobody, {@code data} creates a contract.
     *
     * @throws RpcException a revert, if it would fail
     */
    long estimateGas(String from, String to, String data) throws RpcException {
        Map<String, String> call =
                to.isEmpty()
                        ? Map.of("from", from, "data", data)
                        : Map.of("from", from, "to", to, "data", data);
        return RpcAnswers.quantity("eth_estimateGas", ask("eth_estimateGas", call));
    }

    /** What a view of the contract at {@code address} returns. */
    List<Object> view(String address, RemoteFunctionCall<?> call) throws RpcException {
        List<Object> values = views.ask(address, call);
        if (values.isEmpty()) {
            throw RpcException.invalid("eth_call", "there is no contract at " + address);
        }
        return values;
    }

    /**
     * The block of the newest log of {@code address} with these topics whose transaction is the one
     * that {@code from} sent with {@code nonce}. It is searched for backwards from block {@code
     * head}: a node need not know the states of old blocks for that.
     */
    Optional<Long> blockOf(String address, List<String> topics, String from, long nonce, long head)
            throws RpcException {
        for (long to = head; to >= 0; to -= WINDOW_BLOCKS) {
            long next = Math.max(0, to - WINDOW_BLOCKS + 1);
            while (next <= to) {
                LogRanges.Piece<List<LogEntry>> piece =
                        ranges.first(
                                next,
                                to,
                                (first, last) ->
                                        endpoints.ask(
                                                LogQuery.METHOD,
                                                LogQuery.range(first, last, List.of(address))
                                                                .with(topics)
                                                        ::ask));
                for (LogEntry log : piece.answer()) {
                    if (isOf(log.transaction(), from, nonce)) {
                        return Optional.of(log.block());
                    }
                }
                next = piece.to() + 1;
            }
        }
        return Optional.empty();
    }

    private boolean isOf(String hash, String from, long nonce) throws RpcException {
        JsonNode transaction = ask("eth_getTransactionByHash", hash);
        return transaction.path("from").asText().equalsIgnoreCase(from)
                && RpcAnswers.quantity("eth_getTransactionByHash", transaction.path("nonce"))
                        == nonce;
    }

    private JsonNode ask(String method, Object... params) throws RpcException {
        return endpoints.ask(method, node -> node.call(method, params));
    }
}
