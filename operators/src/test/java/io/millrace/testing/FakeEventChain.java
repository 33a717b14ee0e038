package io.millrace.testing;

import io.millrace.chain.event.BlockHeader;
import io.millrace.chain.event.EventChain;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcException;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A chain of blocks in memory, seen through nodes that can be made to lie, lag or fail. Every
 * fourth block has a log of the vault. Blooms are of the whole chain's one log, or empty.
 */
public final class FakeEventChain implements EventChain {

    public static final long CHAIN_ID = 4_242;
    public static final String VAULT = "0x" + "ab".repeat(20);

    /** Set by tests. */
    public long chainId = CHAIN_ID;

    public int finalityDepth = 2;
    public long priceNoticeMillis = 60_000;
    public int nodes = 1;
    public boolean unreachable;
    public int widestRange = Integer.MAX_VALUE;

    /** It hangs up at a wider one. */
    public int widestAnswered = Integer.MAX_VALUE;

    public long lowerBy;
    public UnaryOperator<List<LogEntry>> firstReading = UnaryOperator.identity();
    public UnaryOperator<List<LogEntry>> secondReading = UnaryOperator.identity();
    public UnaryOperator<List<LogEntry>> tipReading = UnaryOperator.identity();

    /** Nodes that follow another fork from a height on. */
    public final Set<Integer> forked = new HashSet<>();

    /** Widths of the ranges asked for. */
    public final List<Long> widths = new ArrayList<>();

    /** Nodes that were distrusted, in order. */
    public final List<Integer> distrusted = new ArrayList<>();

    private final List<BlockHeader> blocks = new ArrayList<>();
    private int forks;
    private int inUse;
    private long switches;

    /** Ten blocks, 0 to 9. */
    public FakeEventChain() {
        mine(10);
    }

    /** Adds blocks. */
    public void mine(int count) {
        for (int i = 0; i < count; i++) {
            long number = blocks.size();
            String parent = number == 0 ? Hex.ZERO_32 : blocks.get((int) number - 1).hash();
            String hash = Hex.encode(Keccak.hashUtf8("block " + number + " fork " + forks));
            blocks.add(
                    new BlockHeader(
                            number,
                            hash,
                            parent,
                            1_000_000 + 2_000 * number,
                            "0x" + (hasLog(number) ? "ff" : "00").repeat(256),
                            Hex.ZERO_32));
        }
    }

    /** Replaces the newest blocks by as many others. */
    public void reorganise(int depth) {
        forks++;
        blocks.subList(blocks.size() - depth, blocks.size()).clear();
        mine(depth);
    }

    /** The canonical block. */
    public BlockHeader at(long number) {
        return blocks.get((int) number);
    }

    private static boolean hasLog(long number) {
        return number % 4 == 0;
    }

    private List<LogEntry> logsOf(long number) {
        BlockHeader block = at(number);
        return hasLog(number)
                ? List.of(
                        new LogEntry(
                                VAULT,
                                List.of(Hex.encode(Keccak.hashUtf8("topic"))),
                                "0x",
                                number,
                                block.hash(),
                                Hex.encode(Keccak.hashUtf8("tx " + block.hash())),
                                0))
                : List.of();
    }

    private void requireReachable() throws RpcException {
        if (unreachable) {
            throw RpcException.unreachable("any", "fake", new IOException("connection refused"));
        }
    }

    @Override
    public long chainId() throws RpcException {
        requireReachable();
        return chainId;
    }

    @Override
    public BlockHeader latest() throws RpcException {
        requireReachable();
        return at(blocks.size() - 1 - lowerBy);
    }

    @Override
    public BlockHeader finalHead() throws RpcException {
        requireReachable();
        return at(Math.max(0, blocks.size() - 1 - lowerBy - finalityDepth));
    }

    @Override
    public BlockHeader header(long number) throws RpcException {
        requireReachable();
        if (number >= blocks.size() - lowerBy) {
            throw RpcException.behind("eth_getBlockByNumber", "block " + number + " is unknown");
        }
        BlockHeader header = at(number);
        return forked.contains(inUse)
                ? new BlockHeader(
                        number,
                        mirrored(header.hash()),
                        mirrored(header.parentHash()),
                        header.millis(),
                        header.logsBloom(),
                        header.receiptsRoot())
                : header;
    }

    private static String mirrored(String hash) {
        return "0x" + new StringBuilder(hash.substring(2)).reverse();
    }

    @Override
    public List<BlockHeader> headers(long from, long to) throws RpcException {
        List<BlockHeader> headers = new ArrayList<>();
        for (long number = from; number <= to; number++) {
            headers.add(header(number));
        }
        return headers;
    }

    @Override
    public Reading logs(long from, long to) throws RpcException {
        requireReachable();
        widths.add(to - from + 1);
        if (to - from + 1 > widestAnswered) {
            throw RpcException.unreachable("eth_getLogs", "fake", new IOException("hung up"));
        }
        if (to - from + 1 > widestRange) {
            throw RpcException.refused(
                    "eth_getLogs",
                    -32005,
                    "eth_getLogs is limited to a " + widestRange + " range",
                    null);
        }
        return new Reading(inUse, firstReading.apply(range(from, to)));
    }

    @Override
    public Reading logsElsewhere(long from, long to) throws RpcException {
        requireReachable();
        return new Reading((inUse + 1) % nodes, secondReading.apply(range(from, to)));
    }

    private List<LogEntry> range(long from, long to) {
        List<LogEntry> logs = new ArrayList<>();
        for (long number = from; number <= to; number++) {
            logs.addAll(logsOf(number));
        }
        return logs;
    }

    @Override
    public Reading logsOf(BlockHeader block) throws RpcException {
        requireReachable();
        if (!at(block.number()).hash().equals(block.hash())) {
            throw RpcException.behind("eth_getLogs", "unknown block");
        }
        return new Reading(inUse, tipReading.apply(logsOf(block.number())));
    }

    @Override
    public List<LogEntry> provenLogs(BlockHeader block) throws RpcException {
        requireReachable();
        return logsOf(block.number());
    }

    @Override
    public long priceNoticeMillis() throws RpcException {
        requireReachable();
        return priceNoticeMillis;
    }

    @Override
    public List<String> addresses() {
        return List.of(VAULT);
    }

    @Override
    public void distrust(int endpoint) {
        distrusted.add(endpoint);
        if (endpoint == inUse && nodes > 1) {
            inUse = (inUse + 1) % nodes;
            switches++;
        }
    }

    @Override
    public int endpointInUse() {
        return inUse;
    }

    @Override
    public int endpoints() {
        return nodes;
    }

    @Override
    public long switches() {
        return switches;
    }
}
