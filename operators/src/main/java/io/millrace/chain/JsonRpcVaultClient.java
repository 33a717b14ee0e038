package io.millrace.chain;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@link VaultClient} over JSON-RPC. State is read at one block by its hash (EIP-1898), so that
 * answers of one decision belong together. A null where something must be is an error, never
 * "none".
 */
public final class JsonRpcVaultClient implements VaultClient {

    private static final int SEARCH_RANGE = 1_000;

    private final JsonRpc rpc;
    private final Connection connection;

    private JsonRpcVaultClient(Connection connection) {
        this.connection = connection;
        this.rpc =
                new JsonRpc(
                        URI.create(connection.endpoint()),
                        Duration.ofMillis(connection.timeoutMillis()));
    }

    /**
     * Where the chain is, and what of it is ours.
     *
     * @param endpoint http or https address of a node @param vault and
     * @param registry addresses of the contracts @param finality which blocks count as final
     * @param timeoutMillis for one answer
     */
    public record Connection(
            String endpoint, String vault, String registry, Finality finality, long timeoutMillis)
            implements VaultClient.Factory {

        /** Checks and canonicalises. */
        public Connection {
            vault = EvmAddress.canonical(vault);
            registry = EvmAddress.canonical(registry);
            if (timeoutMillis <= 0) {
                throw new IllegalArgumentException(
                        "timeout of the L2 node is " + timeoutMillis + " ms: it must be positive");
            }
        }

        @Override
        public VaultClient open() {
            return new JsonRpcVaultClient(this);
        }

        /** The endpoint may carry a token, so it stays out. */
        @Override
        public String toString() {
            return "Connection[vault=" + vault + ", registry=" + registry + "]";
        }
    }

    @Override
    public long chainId() throws RpcException {
        return quantity("eth_chainId", rpc.call("eth_chainId"));
    }

    @Override
    public String vault() {
        return connection.vault();
    }

    @Override
    public String vaultCodeHash() throws RpcException {
        String method = "eth_getCode";
        String code = rpc.call(method, connection.vault(), "latest").asText();
        try {
            return Hex.encode(Keccak.hash(Hex.decode(code)));
        } catch (IllegalArgumentException e) {
            throw RpcException.invalid(method, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public String token() throws RpcException {
        return VaultAbi.token(ethCall(null, VaultAbi.tokenCall(), latestBlock()));
    }

    @Override
    public L2Block latestBlock() throws RpcException {
        return blockBy("latest");
    }

    @Override
    public L2Block finalBlock() throws RpcException {
        Finality finality = connection.finality();
        L2Block tagged = blockBy(finality.tag());
        return finality.depth() == 0
                ? tagged
                : block(Math.max(0, tagged.number() - finality.depth()));
    }

    @Override
    public L2Block block(long number) throws RpcException {
        L2Block block = blockBy(HexQuantity.of(number));
        if (block.number() != number) {
            throw RpcException.invalid(
                    "eth_getBlockByNumber", "asked for " + number + ", got " + block.number());
        }
        return block;
    }

    @Override
    public List<LogEntry> logs(long from, long to) throws RpcException {
        return getLogs(
                from,
                to,
                Map.of("address", List.of(connection.vault(), connection.registry())),
                List.of(connection.vault(), connection.registry()));
    }

    @Override
    public VaultHead head(L2Block at) throws RpcException {
        return VaultAbi.head(ethCall(null, VaultAbi.headCall(), at));
    }

    @Override
    public String headerOf(long epoch, int part, L2Block at) throws RpcException {
        return VaultAbi.headerOf(ethCall(null, VaultAbi.headerOfCall(epoch, part), at));
    }

    @Override
    public Optional<LogEntry> settled(SealedEpoch part, long to) throws RpcException {
        // The cut reflects L2 events up to l2Block, so the epoch was settled after that block.
        for (long from = part.header().l2Block(); from <= to; from += SEARCH_RANGE) {
            List<LogEntry> found =
                    getLogs(
                            from,
                            Math.min(to, from + SEARCH_RANGE - 1),
                            Map.of(
                                    "address",
                                    connection.vault(),
                                    "topics",
                                    VaultAbi.settledTopics(part)),
                            List.of(connection.vault()));
            if (!found.isEmpty()) {
                return Optional.of(found.get(0));
            }
        }
        return Optional.empty();
    }

    @Override
    public boolean isSettler(String address) throws RpcException {
        return VaultAbi.isSettler(ethCall(null, VaultAbi.isSettlerCall(address), latestBlock()));
    }

    @Override
    public BigInteger balanceWei(String address) throws RpcException {
        String method = "eth_getBalance";
        return bigQuantity(method, rpc.call(method, address, "latest"));
    }

    @Override
    public long nonce(String address) throws RpcException {
        String method = "eth_getTransactionCount";
        return quantity(method, rpc.call(method, address, "latest"));
    }

    @Override
    public long tipWei() throws RpcException {
        return quantity("eth_maxPriorityFeePerGas", rpc.call("eth_maxPriorityFeePerGas"));
    }

    @Override
    public void simulate(String from, String calldata, L2Block at) throws RpcException {
        ethCall(from, calldata, at);
    }

    @Override
    public long estimateGas(String from, String calldata) throws RpcException {
        return quantity("eth_estimateGas", rpc.call("eth_estimateGas", callObject(from, calldata)));
    }

    @Override
    public void sendRaw(String raw) throws RpcException {
        rpc.call("eth_sendRawTransaction", raw);
    }

    @Override
    public Optional<TransactionOutcome> outcome(String transaction) throws RpcException {
        String method = "eth_getTransactionReceipt";
        Optional<JsonNode> receipt = rpc.callNullable(method, transaction);
        if (receipt.isEmpty()) {
            return Optional.empty();
        }
        JsonNode it = receipt.get();
        return Optional.of(
                new TransactionOutcome(
                        transaction,
                        quantity(method, it.path("status")) == 1,
                        quantity(method, it.path("blockNumber")),
                        hash(method, it.path("blockHash")),
                        quantity(method, it.path("gasUsed"))));
    }

    private L2Block blockBy(String tagOrNumber) throws RpcException {
        String method = "eth_getBlockByNumber";
        JsonNode block = rpc.call(method, tagOrNumber, false);
        return new L2Block(
                quantity(method, block.path("number")),
                hash(method, block.path("hash")),
                Math.multiplyExact(quantity(method, block.path("timestamp")), 1_000L),
                quantity(method, block.path("baseFeePerGas")));
    }

    private String ethCall(@Nullable String from, String calldata, L2Block at) throws RpcException {
        return rpc.call(
                        "eth_call",
                        callObject(from == null ? EvmAddress.ZERO : from, calldata),
                        Map.of("blockHash", at.hash()))
                .asText();
    }

    private Map<String, String> callObject(String from, String calldata) {
        return Map.of("from", from, "to", connection.vault(), "data", calldata);
    }

    private List<LogEntry> getLogs(
            long from, long to, Map<String, Object> filter, List<String> addresses)
            throws RpcException {
        String method = "eth_getLogs";
        Map<String, Object> range = new HashMap<>(filter);
        range.put("fromBlock", HexQuantity.of(from));
        range.put("toBlock", HexQuantity.of(to));
        JsonNode answer = rpc.call(method, range);
        if (!answer.isArray()) {
            throw RpcException.invalid(method, "the answer is no array");
        }
        List<LogEntry> logs = new ArrayList<>(answer.size());
        for (JsonNode node : answer) {
            LogEntry log = log(method, node);
            LogEntry before = logs.isEmpty() ? null : logs.get(logs.size() - 1);
            boolean ascends =
                    before == null
                            || before.block() < log.block()
                            || (before.block() == log.block() && before.index() < log.index());
            if (log.block() < from
                    || log.block() > to
                    || !ascends
                    || !addresses.contains(log.address())
                    || node.path("removed").asBoolean()) {
                throw RpcException.invalid(
                        method,
                        "blocks "
                                + from
                                + " to "
                                + to
                                + " brought a log that was not asked for, out of order or removed:"
                                + " "
                                + log.transaction()
                                + " in block "
                                + log.block());
            }
            logs.add(log);
        }
        return logs;
    }

    private static LogEntry log(String method, JsonNode node) throws RpcException {
        List<String> topics = new ArrayList<>();
        for (JsonNode topic : node.path("topics")) {
            topics.add(hash(method, topic));
        }
        return new LogEntry(
                EvmAddress.canonical(node.path("address").asText()),
                topics,
                node.path("data").asText(),
                quantity(method, node.path("blockNumber")),
                hash(method, node.path("blockHash")),
                hash(method, node.path("transactionHash")),
                Math.toIntExact(quantity(method, node.path("logIndex"))));
    }

    private static long quantity(String method, JsonNode node) throws RpcException {
        BigInteger number = bigQuantity(method, node);
        if (number.bitLength() > 63) {
            throw RpcException.invalid(method, node + " has more than 63 bits");
        }
        return number.longValue();
    }

    private static BigInteger bigQuantity(String method, JsonNode node) throws RpcException {
        try {
            return HexQuantity.parse(node.asText());
        } catch (IllegalArgumentException e) {
            throw RpcException.invalid(method, String.valueOf(e.getMessage()));
        }
    }

    private static String hash(String method, JsonNode node) throws RpcException {
        try {
            return Hex.encode(Hex.decode(node.asText(), 32));
        } catch (IllegalArgumentException e) {
            throw RpcException.invalid(method, String.valueOf(e.getMessage()));
        }
    }
}
