package io.millrace.chain.event;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.chain.rpc.BatchAnswers;
import io.millrace.chain.rpc.BatchSize;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.HexQuantity;
import io.millrace.chain.rpc.JsonRpc;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.LogQuery;
import io.millrace.chain.rpc.LogRanges;
import io.millrace.chain.rpc.RpcAnswers;
import io.millrace.chain.rpc.RpcEndpoints;
import io.millrace.chain.rpc.RpcErrorKind;
import io.millrace.chain.rpc.RpcException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * {@link EventChain} over JSON-RPC. Ranges always end at a number that a node has shown, never at a
 * tag. A null where something must be is an error, never "none".
 */
public final class JsonRpcEventChain implements EventChain {

    private static final String GET_BLOCK = "eth_getBlockByNumber";
    private static final String GET_RECEIPTS = "eth_getBlockReceipts";
    private static final String CALL = "eth_call";

    private final RpcEndpoints endpoints;
    private final Finality finality;
    private final List<String> addresses;
    private final String registry;
    private final BatchSize batch = new BatchSize();
    private final LogRanges<List<LogEntry>> elsewhere = new LogRanges<>(List::size);

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
                "eth_chainId", endpoints.ask("eth_chainId", node -> node.call("eth_chainId")));
    }

    @Override
    public BlockHeader latest() throws RpcException {
        BlockHeader latest = headerBy("latest");
        endpoints.requireNotLower(latest.number());
        return latest;
    }

    @Override
    public BlockHeader finalHead() throws RpcException {
        BlockHeader tagged = finality.tagged(this::headerBy);
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
        Map<Long, BlockHeader> headers = new TreeMap<>();
        List<Long> missing = LongStream.rangeClosed(from, to).boxed().toList();
        while (!missing.isEmpty()) {
            List<Long> asked = missing.subList(0, Math.min(batch.calls(), missing.size()));
            if (asked.size() == 1) {
                headers.put(asked.get(0), header(asked.get(0)));
                batch.answered(1, 1);
            } else {
                headers.putAll(batch(asked));
            }
            missing = missing.stream().filter(number -> !headers.containsKey(number)).toList();
        }
        return List.copyOf(headers.values());
    }

    /** Those that came: a provider may answer a part, or nothing of a batch it finds too long. */
    private Map<Long, BlockHeader> batch(List<Long> numbers) throws RpcException {
        List<Object[]> params = new ArrayList<>();
        for (long number : numbers) {
            params.add(new Object[] {HexQuantity.of(number), false});
        }
        Map<Long, BlockHeader> headers = new HashMap<>();
        try {
            BatchAnswers answers = endpoints.call(GET_BLOCK, node -> node.batch(GET_BLOCK, params));
            RpcException missing = answers.missing();
            if (missing != null
                    && answers.results().isEmpty()
                    && missing.kind() == RpcErrorKind.UNREACHABLE) {
                throw missing; // "later", which a shorter batch at once would not be
            }
            for (Map.Entry<Integer, JsonNode> entry : answers.results().entrySet()) {
                long number = numbers.get(entry.getKey());
                headers.put(number, requireNumber(number, parse(entry.getValue())));
            }
            return headers;
        } finally {
            batch.answered(numbers.size(), headers.size());
        }
    }

    @Override
    public Reading logs(long from, long to) throws RpcException {
        LogQuery query = LogQuery.range(from, to, addresses);
        return new Reading(endpoints.inUse(), logs(endpoints.inUse(), query));
    }

    @Override
    public Reading logsElsewhere(long from, long to) throws RpcException {
        int other = endpoints.other();
        if (other >= 0) {
            try {
                return new Reading(other, inPieces(other, from, to));
            } catch (RpcException e) {
                endpoints.rest(other, String.valueOf(e.getMessage()));
            }
        }
        int inUse = endpoints.inUse();
        return new Reading(inUse, inPieces(inUse, from, to));
    }

    /** Another node may have narrower limits than the one whose range it is. */
    private List<LogEntry> inPieces(int endpoint, long from, long to) throws RpcException {
        List<LogEntry> logs = new ArrayList<>();
        long next = from;
        while (next <= to) {
            LogRanges.Piece<List<LogEntry>> piece =
                    elsewhere.first(
                            next,
                            to,
                            (first, last) ->
                                    logs(endpoint, LogQuery.range(first, last, addresses)));
            logs.addAll(piece.answer());
            next = piece.to() + 1;
        }
        return logs;
    }

    @Override
    public Reading logsOf(BlockHeader block) throws RpcException {
        LogQuery query = LogQuery.block(block.number(), block.hash(), addresses);
        return new Reading(endpoints.inUse(), logs(endpoints.inUse(), query));
    }

    private List<LogEntry> logs(int endpoint, LogQuery query) throws RpcException {
        return endpoints.ask(endpoint, LogQuery.METHOD, query::ask);
    }

    @Override
    public List<LogEntry> provenLogs(BlockHeader block) throws RpcException {
        return endpoints.ask(GET_RECEIPTS, node -> provenLogs(node, block));
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
                    endpoints.ask(
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
        return endpoints.ask(
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
        return parse(
                answer.orElseThrow(
                        () -> RpcException.behind(GET_BLOCK, "block " + asked + " is unknown")));
    }

    private static BlockHeader parse(JsonNode block) throws RpcException {
        return new BlockHeader(
                RpcAnswers.quantity(GET_BLOCK, block.path("number")),
                RpcAnswers.hash(GET_BLOCK, block.path("hash")),
                RpcAnswers.hash(GET_BLOCK, block.path("parentHash")),
                Math.multiplyExact(RpcAnswers.quantity(GET_BLOCK, block.path("timestamp")), 1_000L),
                RpcAnswers.bytes(GET_BLOCK, block.path("logsBloom"), LogBloom.BYTES),
                RpcAnswers.hash(GET_BLOCK, block.path("receiptsRoot")));
    }
}
