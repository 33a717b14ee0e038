package io.millrace.chain.event;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.chain.rpc.JsonRpc;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcAnswers;
import io.millrace.chain.rpc.RpcEndpoints;
import io.millrace.chain.rpc.RpcErrorKind;
import io.millrace.chain.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@link EventChain} over JSON-RPC. Ranges always end at a number that a node has shown, never at a
 * tag. A null where something must be is an error, never "none".
 */
public final class JsonRpcEventChain implements EventChain {

    private static final int HEADERS_A_BATCH = 100;
    private static final String GET_BLOCK = "eth_getBlockByNumber";
    private static final String GET_LOGS = "eth_getLogs";
    private static final String GET_RECEIPTS = "eth_getBlockReceipts";
    private static final String CALL = "eth_call";

    private final RpcEndpoints endpoints;
    private final Finality finality;
    private final List<String> addresses;
    private final String registry;
    private boolean takesBatches = true;

    private JsonRpcEventChain(L2Connection connection) {
        this.endpoints = connection.open();
        this.finality = connection.finality();
        this.registry = connection.registry();
        this.addresses = List.of(connection.vault(), registry);
    }

    /** Chains over {@code connection}. */
    public static Factory over(L2Connection connection) {
        return () -> new JsonRpcEventChain(connection);
    }

    @Override
    public long chainId() throws RpcException {
        return RpcAnswers.quantity(
                "eth_chainId", endpoints.call("eth_chainId", node -> node.call("eth_chainId")));
    }

    @Override
    public BlockHeader latest() throws RpcException {
        BlockHeader latest = headerBy("latest");
        endpoints.requireNotLower(latest.number());
        return latest;
    }

    @Override
    public BlockHeader finalHead() throws RpcException {
        BlockHeader tagged = headerBy(finality.tag());
        BlockHeader head =
                finality.depth() == 0
                        ? tagged
                        : header(Math.max(0, tagged.number() - finality.depth()));
        endpoints.requireFinalNotLower(head.number());
        return head;
    }

    @Override
    public BlockHeader header(long number) throws RpcException {
        return requireNumber(number, headerBy(HexQuantity.of(number)));
    }

    @Override
    public List<BlockHeader> headers(long from, long to) throws RpcException {
        List<BlockHeader> headers = new ArrayList<>();
        for (long start = from; start <= to; start += HEADERS_A_BATCH) {
            long end = Math.min(to, start + HEADERS_A_BATCH - 1);
            if (start == end || !takesBatches) {
                for (long number = start; number <= end; number++) {
                    headers.add(header(number));
                }
            } else {
                headers.addAll(batch(start, end));
            }
        }
        return headers;
    }

    private List<BlockHeader> batch(long from, long to) throws RpcException {
        List<Object[]> params = new ArrayList<>();
        for (long number = from; number <= to; number++) {
            params.add(new Object[] {HexQuantity.of(number), false});
        }
        try {
            List<Optional<JsonNode>> blocks =
                    endpoints.call(GET_BLOCK, node -> node.batch(GET_BLOCK, params));
            List<BlockHeader> headers = new ArrayList<>();
            for (int i = 0; i < blocks.size(); i++) {
                headers.add(requireNumber(from + i, parse(from + i + "", blocks.get(i))));
            }
            return headers;
        } catch (RpcException e) {
            boolean answered = e.kind() == RpcErrorKind.REFUSED || e.kind() == RpcErrorKind.INVALID;
            takesBatches &= !answered; // some nodes take no batches, or shorter ones
            throw e;
        }
    }

    @Override
    public Reading logs(long from, long to) throws RpcException {
        return new Reading(endpoints.inUse(), logs(endpoints.inUse(), range(from, to), from, to));
    }

    @Override
    public Reading logsElsewhere(long from, long to) throws RpcException {
        int other = endpoints.other();
        if (other >= 0) {
            try {
                return new Reading(other, logs(other, range(from, to), from, to));
            } catch (RpcException e) {
                endpoints.rest(other, String.valueOf(e.getMessage()));
            }
        }
        return logs(from, to);
    }

    @Override
    public Reading logsOf(BlockHeader block) throws RpcException {
        Map<String, Object> filter = Map.of("address", addresses, "blockHash", block.hash());
        return new Reading(
                endpoints.inUse(), logs(endpoints.inUse(), filter, block.number(), block.number()));
    }

    private Map<String, Object> range(long from, long to) {
        return Map.of(
                "address",
                addresses,
                "fromBlock",
                HexQuantity.of(from),
                "toBlock",
                HexQuantity.of(to));
    }

    private List<LogEntry> logs(int endpoint, Map<String, Object> filter, long from, long to)
            throws RpcException {
        return endpoints.call(
                endpoint,
                GET_LOGS,
                node -> RpcAnswers.logs(node.call(GET_LOGS, filter), from, to, addresses));
    }

    @Override
    public List<LogEntry> provenLogs(BlockHeader block) throws RpcException {
        return endpoints.call(GET_RECEIPTS, node -> provenLogs(node, block));
    }

    private List<LogEntry> provenLogs(JsonRpc node, BlockHeader block) throws RpcException {
        JsonNode receipts =
                node.callNullable(GET_RECEIPTS, HexQuantity.of(block.number()))
                        .orElseThrow(
                                () ->
                                        RpcException.behind(
                                                GET_RECEIPTS,
                                                "block " + block.number() + " is unknown"));
        String root = ReceiptsRoot.of(receipts);
        if (!receipts.isArray() || !root.equals(block.receiptsRoot())) {
            throw RpcException.invalid(
                    GET_RECEIPTS,
                    "receipts of block %d have the root %s but its header says %s"
                            .formatted(block.number(), root, block.receiptsRoot()));
        }
        List<LogEntry> logs = new ArrayList<>();
        for (JsonNode receipt : receipts) {
            for (JsonNode log : receipt.path("logs")) {
                LogEntry entry = RpcAnswers.log(GET_RECEIPTS, log);
                if (addresses.contains(entry.address())) {
                    logs.add(entry);
                }
            }
        }
        return logs;
    }

    @Override
    public long priceNoticeMillis() throws RpcException {
        Map<String, String> call = Map.of("to", registry, "data", RegistryAbi.priceNoticeCall());
        try {
            return RegistryAbi.priceNoticeMillis(
                    endpoints.call(
                            CALL, node -> RpcAnswers.hash(CALL, node.call(CALL, call, "latest"))));
        } catch (RpcException e) {
            // A node that is behind may not have it yet, so this is no reason to end the job.
            throw e.isRevert() || e.kind() == RpcErrorKind.INVALID
                    ? RpcException.invalid(
                            CALL,
                            ("no model registry answers at --registry.address %s;"
                                            + " correct the address, or wait for the node: %s")
                                    .formatted(registry, e.getMessage()))
                    : e;
        }
    }

    @Override
    public List<String> addresses() {
        return addresses;
    }

    @Override
    public void distrust(int endpoint) {
        endpoints.rest(endpoint, "its answers do not agree with the chain's own hashes");
    }

    @Override
    public int endpointInUse() {
        return endpoints.inUse();
    }

    @Override
    public int endpoints() {
        return endpoints.size();
    }

    @Override
    public long switches() {
        return endpoints.switches();
    }

    private BlockHeader headerBy(String tagOrNumber) throws RpcException {
        return endpoints.call(
                GET_BLOCK,
                node -> parse(tagOrNumber, node.callNullable(GET_BLOCK, tagOrNumber, false)));
    }

    private static BlockHeader requireNumber(long number, BlockHeader header) throws RpcException {
        if (header.number() != number) {
            throw RpcException.invalid(
                    GET_BLOCK, "asked for " + number + ", got " + header.number());
        }
        return header;
    }

    private static BlockHeader parse(String asked, Optional<JsonNode> answer) throws RpcException {
        JsonNode block =
                answer.orElseThrow(
                        () -> RpcException.behind(GET_BLOCK, "block " + asked + " is unknown"));
        return new BlockHeader(
                RpcAnswers.quantity(GET_BLOCK, block.path("number")),
                RpcAnswers.hash(GET_BLOCK, block.path("hash")),
                RpcAnswers.hash(GET_BLOCK, block.path("parentHash")),
                Math.multiplyExact(RpcAnswers.quantity(GET_BLOCK, block.path("timestamp")), 1_000L),
                RpcAnswers.bytes(GET_BLOCK, block.path("logsBloom"), LogBloom.BYTES),
                RpcAnswers.hash(GET_BLOCK, block.path("receiptsRoot")));
    }
}
