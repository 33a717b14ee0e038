package io.millrace.chain.submit;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.LogQuery;
import io.millrace.chain.rpc.LogRanges;
import io.millrace.chain.rpc.RpcAnswers;
import io.millrace.chain.rpc.RpcEndpoints;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.fee.Tips;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.math.BigInteger;
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

    private final RpcEndpoints endpoints;
    private final L2Connection connection;
    private final LogRanges<List<LogEntry>> ranges = new LogRanges<>(List::size);
    private final TipQuery tips = new TipQuery();

    private JsonRpcVaultClient(L2Connection connection) {
        this.connection = connection;
        this.endpoints = connection.open();
    }

    /** Clients over {@code connection}. */
    public static Factory over(L2Connection connection) {
        return () -> new JsonRpcVaultClient(connection);
    }

    @Override
    public long chainId() throws RpcException {
        return RpcAnswers.quantity("eth_chainId", ask("eth_chainId"));
    }

    @Override
    public String vault() {
        return connection.vault();
    }

    @Override
    public String vaultCodeHash() throws RpcException {
        String method = "eth_getCode";
        String code = ask(method, connection.vault(), "latest").asText();
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
        L2Block latest = blockBy("latest");
        endpoints.requireNotLower(latest.number());
        return latest;
    }

    @Override
    public L2Block finalBlock() throws RpcException {
        Finality finality = connection.finality();
        L2Block tagged = finality.tagged(this::blockBy);
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
    public VaultHead head(L2Block at) throws RpcException {
        return VaultAbi.head(ethCall(null, VaultAbi.headCall(), at));
    }

    @Override
    public String headerOf(long epoch, int part, L2Block at) throws RpcException {
        return VaultAbi.headerOf(ethCall(null, VaultAbi.headerOfCall(epoch, part), at));
    }

    @Override
    public Optional<LogEntry> settled(SealedPart part, long to) throws RpcException {
        // The cut reflects L2 events up to l2Block, so the epoch was settled after that block.
        long from = part.header().l2Block();
        while (from <= to) {
            LogRanges.Piece<List<LogEntry>> piece =
                    ranges.first(from, to, (first, last) -> settled(part, first, last));
            if (!piece.answer().isEmpty()) {
                return Optional.of(piece.answer().get(0));
            }
            from = piece.to() + 1;
        }
        return Optional.empty();
    }

    private List<LogEntry> settled(SealedPart part, long from, long to) throws RpcException {
        LogQuery query =
                LogQuery.range(from, to, List.of(connection.vault()))
                        .with(VaultAbi.settledTopics(part));
        return endpoints.ask(LogQuery.METHOD, query::ask);
    }

    @Override
    public boolean isSettler(String address) throws RpcException {
        return VaultAbi.isSettler(ethCall(null, VaultAbi.isSettlerCall(address), latestBlock()));
    }

    @Override
    public BigInteger balanceWei(String address) throws RpcException {
        String method = "eth_getBalance";
        return RpcAnswers.bigQuantity(method, ask(method, address, "latest"));
    }

    @Override
    public long nonce(String address) throws RpcException {
        String method = "eth_getTransactionCount";
        return RpcAnswers.quantity(method, ask(method, address, "latest"));
    }

    @Override
    public Tips tips() throws RpcException {
        return tips.ask(endpoints);
    }

    @Override
    public void simulate(String from, String calldata, L2Block at) throws RpcException {
        ethCall(from, calldata, at);
    }

    @Override
    public long estimateGas(String from, String calldata) throws RpcException {
        return RpcAnswers.quantity(
                "eth_estimateGas", ask("eth_estimateGas", callObject(from, calldata)));
    }

    @Override
    public void sendRaw(String raw) throws RpcException {
        ask("eth_sendRawTransaction", raw); // twice the same bytes are the same transaction
    }

    @Override
    public Optional<TransactionOutcome> outcome(String transaction) throws RpcException {
        String method = "eth_getTransactionReceipt";
        Optional<JsonNode> receipt =
                endpoints.ask(method, node -> node.callNullable(method, transaction));
        if (receipt.isEmpty()) {
            return Optional.empty();
        }
        JsonNode mined = receipt.get();
        long gasUsed = RpcAnswers.quantity(method, mined.path("gasUsed"));
        return Optional.of(
                new TransactionOutcome(
                        transaction,
                        RpcAnswers.quantity(method, mined.path("status")) == 1,
                        RpcAnswers.quantity(method, mined.path("blockNumber")),
                        RpcAnswers.hash(method, mined.path("blockHash")),
                        gasUsed,
                        wei(method, mined, "effectiveGasPrice")
                                .multiply(BigInteger.valueOf(gasUsed))
                                .add(wei(method, mined, "l1Fee"))));
    }

    /** Chains in OP mode charge {@code l1Fee} apart, others do not know the field. */
    private static BigInteger wei(String method, JsonNode receipt, String field)
            throws RpcException {
        JsonNode value = receipt.path(field);
        return value.isTextual() ? RpcAnswers.bigQuantity(method, value) : BigInteger.ZERO;
    }

    private L2Block blockBy(String tagOrNumber) throws RpcException {
        String method = "eth_getBlockByNumber";
        JsonNode block = ask(method, tagOrNumber, false);
        return new L2Block(
                RpcAnswers.quantity(method, block.path("number")),
                RpcAnswers.hash(method, block.path("hash")),
                Math.multiplyExact(RpcAnswers.quantity(method, block.path("timestamp")), 1_000L),
                RpcAnswers.quantity(method, block.path("baseFeePerGas")));
    }

    private String ethCall(@Nullable String from, String calldata, L2Block at) throws RpcException {
        return ask(
                        "eth_call",
                        callObject(from == null ? EvmAddress.ZERO : from, calldata),
                        Map.of("blockHash", at.hash()))
                .asText();
    }

    private Map<String, String> callObject(String from, String calldata) {
        return Map.of("from", from, "to", connection.vault(), "data", calldata);
    }

    private JsonNode ask(String method, Object... params) throws RpcException {
        return endpoints.ask(method, node -> node.call(method, params));
    }
}
