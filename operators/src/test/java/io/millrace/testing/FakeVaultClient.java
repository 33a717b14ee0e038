package io.millrace.testing;

import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.L2Block;
import io.millrace.chain.submit.TransactionOutcome;
import io.millrace.chain.submit.VaultClient;
import io.millrace.chain.submit.VaultHead;
import io.millrace.chain.submit.VaultIdentity;
import io.millrace.chain.submit.fee.Tips;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.transaction.type.Transaction1559;

/**
 * A chain with one vault, in memory. Blocks come only by {@link #mine}. Headers hash to the keccak
 * of their ABI words (see {@link #headerHash}); amounts are not checked, the order of headers is.
 */
public final class FakeVaultClient implements VaultClient {

    public static final long CHAIN_ID = 4_242;
    public static final String VAULT = "0x" + "ab".repeat(20);
    public static final VaultIdentity IDENTITY =
            new VaultIdentity(
                    CHAIN_ID, Hex.encode(Keccak.hashUtf8("code")), "0x" + "cd".repeat(20));
    private static final int HEADER_WORDS = 11;

    /** Set by tests. */
    public long chainId = CHAIN_ID;

    public String codeHash = IDENTITY.codeHash();
    public String token = IDENTITY.token();
    public BigInteger balanceWei = BigInteger.TEN.pow(18);
    public boolean settler = true;
    public int finalityDepth = 2;
    public long baseFeeWei = 1_000_000;
    public long minFeeWei;
    public Tips tips = Tips.suggested(1_000);

    /** What a settle call needs, and what the node wants to see of it at least in a limit. */
    public long gasNeeded = 100_000;

    public long minGasLimit;

    /** Added to what the node says of the settler's transactions. */
    public long nonceShift;

    public String revertData = "";
    public Runnable beforeSend = () -> {};
    public Runnable beforeNonce = () -> {};

    /** The node has no logs yet of what its state shows. */
    public boolean hidesLogs;

    public boolean dropReplies;

    /** What the node says to a transaction, which it then does not take; empty if it takes it. */
    public String refusal = "";

    /** What it says to a limit below {@link #minGasLimit}. */
    public String gasRefusal = "intrinsic gas too low";

    public boolean unreachable;
    public boolean mineOnLook;

    /** Raw transactions in the order they were handed in, repeats included. */
    public final List<String> sent = new ArrayList<>();

    private final List<Block> blocks = new ArrayList<>();
    private final Map<String, String> pool = new LinkedHashMap<>();
    private int forks;

    private record Block(
            L2Block header,
            VaultHead head,
            Map<String, String> headers,
            long nonce,
            List<LogEntry> logs,
            Map<String, TransactionOutcome> outcomes) {}

    /** An empty chain of ten blocks. */
    public FakeVaultClient() {
        VaultHead none = new VaultHead(Hex.ZERO_32, 0, 0, 1);
        blocks.add(new Block(header(0), none, Map.of(), 0, List.of(), Map.of()));
        mine(9);
    }

    /** What this vault calls the hash of the header in a settle call. */
    public static String headerHash(String calldata) {
        byte[] bytes = Hex.decode(calldata);
        return Hex.encode(Keccak.hash(Arrays.copyOfRange(bytes, 4, 4 + 32 * HEADER_WORDS)));
    }

    /** Mines {@code count} blocks; the first takes all that pays enough. */
    public void mine(int count) {
        for (int i = 0; i < count; i++) {
            mineOne();
        }
    }

    /** Replaces the newest blocks by as many empty ones; what they held is in no pool. */
    public void reorganise(int depth) {
        forks++;
        blocks.subList(blocks.size() - depth, blocks.size()).clear();
        Map<String, String> kept = new LinkedHashMap<>(pool);
        pool.clear();
        mine(depth);
        pool.putAll(kept);
    }

    /** The node falls behind: it has never heard of the newest blocks. */
    public void forget(int count) {
        blocks.subList(blocks.size() - count, blocks.size()).clear();
    }

    /** Someone else's transaction takes the settler's next nonce. */
    public void stealNonce() {
        pool.clear();
        Block top = top();
        blocks.add(next(top, top.head(), top.headers(), top.nonce() + 1, List.of(), Map.of()));
    }

    /** Someone else settles a part. */
    public void settleElsewhere(String header, long epoch, int part, int parts) {
        Block top = top();
        Map<String, String> headers = new HashMap<>(top.headers());
        headers.put(epoch + "/" + part, header);
        String transaction = Hex.encode(Keccak.hashUtf8("elsewhere " + header));
        L2Block block = header(blocks.size());
        VaultHead head = new VaultHead(header, epoch, part, parts);
        blocks.add(
                new Block(
                        block,
                        head,
                        headers,
                        top.nonce(),
                        List.of(log(block, transaction, header)),
                        Map.of(transaction, outcome(transaction, true, block))));
    }

    /** Someone else ends the epoch with the part at the head. */
    public void voidRemainder() {
        Block top = top();
        VaultHead head = top.head();
        VaultHead whole = new VaultHead(head.header(), head.epoch(), head.part(), head.part() + 1);
        blocks.add(next(top, whole, top.headers(), top.nonce(), List.of(), Map.of()));
    }

    /** Transactions that wait to be mined. */
    public int pooled() {
        return pool.size();
    }

    private void mineOne() {
        Block top = top();
        L2Block block = header(blocks.size());
        VaultHead head = top.head();
        Map<String, String> headers = new HashMap<>(top.headers());
        long nonce = top.nonce();
        List<LogEntry> logs = new ArrayList<>();
        Map<String, TransactionOutcome> outcomes = new HashMap<>();
        for (String raw : List.copyOf(pool.values())) {
            RawTransaction tx = TransactionDecoder.decode(raw);
            String hash = Hex.encode(Keccak.hash(Hex.decode(raw)));
            if (tx.getNonce().longValueExact() != nonce || feeOf(tx) < minFeeWei) {
                continue;
            }
            nonce++;
            pool.remove(hash);
            String data = tx.getData().startsWith("0x") ? tx.getData() : "0x" + tx.getData();
            String header = headerHash(data);
            String key = word(data, 1) + "/" + word(data, 2);
            boolean known = header.equals(headers.get(key));
            boolean follows = word32(data, 0).equals(head.header()) && revertData.isEmpty();
            if (!known && follows) {
                headers.put(key, header);
                head =
                        new VaultHead(
                                header, word(data, 1), (int) word(data, 2), (int) word(data, 3));
                logs.add(log(block, hash, header));
            }
            outcomes.put(hash, outcome(hash, known || follows, block));
        }
        blocks.add(new Block(block, head, headers, nonce, logs, outcomes));
    }

    private static long feeOf(RawTransaction tx) {
        return ((Transaction1559) tx.getTransaction()).getMaxFeePerGas().longValueExact();
    }

    private Block next(
            Block top,
            VaultHead head,
            Map<String, String> headers,
            long nonce,
            List<LogEntry> logs,
            Map<String, TransactionOutcome> outcomes) {
        return new Block(header(top.header().number() + 1), head, headers, nonce, logs, outcomes);
    }

    private L2Block header(long number) {
        String hash = Hex.encode(Keccak.hashUtf8("block " + number + " fork " + forks));
        return new L2Block(number, hash, 1_000_000 + 2_000 * number, baseFeeWei);
    }

    private static LogEntry log(L2Block block, String transaction, String header) {
        return new LogEntry(
                VAULT, List.of(header), "0x", block.number(), block.hash(), transaction, 0);
    }

    private static TransactionOutcome outcome(String hash, boolean succeeded, L2Block block) {
        return new TransactionOutcome(
                hash, succeeded, block.number(), block.hash(), 100_000, BigInteger.TEN);
    }

    private static long word(String calldata, int index) {
        return new BigInteger(word32(calldata, index).substring(2), 16).longValueExact();
    }

    private static String word32(String calldata, int index) {
        int from = 2 + 8 + 64 * index;
        return "0x" + calldata.substring(from, from + 64);
    }

    private Block top() {
        return blocks.get(blocks.size() - 1);
    }

    private Block at(L2Block block) throws RpcException {
        Block found = blocks.get((int) block.number());
        if (!found.header().hash().equals(block.hash())) {
            throw RpcException.invalid("eth_call", "block " + block.hash() + " is not known");
        }
        return found;
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
    public String vault() {
        return VAULT;
    }

    @Override
    public String vaultCodeHash() {
        return codeHash;
    }

    @Override
    public String token() {
        return token;
    }

    @Override
    public L2Block latestBlock() throws RpcException {
        requireReachable();
        if (mineOnLook) {
            mine(1);
        }
        return top().header();
    }

    @Override
    public L2Block finalBlock() throws RpcException {
        requireReachable();
        return blocks.get(Math.max(0, blocks.size() - 1 - finalityDepth)).header();
    }

    @Override
    public L2Block block(long number) throws RpcException {
        requireReachable();
        return blocks.get((int) number).header();
    }

    private List<LogEntry> logs(long from, long to) throws RpcException {
        requireReachable();
        List<LogEntry> logs = new ArrayList<>();
        for (long number = from; number <= to; number++) {
            logs.addAll(blocks.get((int) number).logs());
        }
        return logs;
    }

    @Override
    public VaultHead head(L2Block at) throws RpcException {
        requireReachable();
        return at(at).head();
    }

    @Override
    public String headerOf(long epoch, int part, L2Block at) throws RpcException {
        requireReachable();
        return at(at).headers().getOrDefault(epoch + "/" + part, Hex.ZERO_32);
    }

    @Override
    public Optional<LogEntry> settled(SealedPart part, long to) throws RpcException {
        return logs(0, to).stream()
                .filter(entry -> !hidesLogs && entry.topics().contains(part.hash()))
                .findFirst();
    }

    @Override
    public boolean isSettler(String address) {
        return settler;
    }

    @Override
    public BigInteger balanceWei(String address) {
        return balanceWei;
    }

    @Override
    public long nonce(String address) throws RpcException {
        beforeNonce.run();
        requireReachable();
        return top().nonce() + nonceShift;
    }

    @Override
    public Tips tips() {
        return tips;
    }

    @Override
    public void simulate(String from, String calldata, L2Block at) throws RpcException {
        requireReachable();
        if (!revertData.isEmpty()) {
            throw RpcException.refused("eth_call", 3, "execution reverted", revertData);
        }
    }

    @Override
    public long estimateGas(String from, String calldata) {
        return gasNeeded;
    }

    @Override
    public void sendRaw(String raw) throws RpcException {
        beforeSend.run();
        requireReachable();
        if (!refusal.isEmpty()) {
            throw RpcException.refused("eth_sendRawTransaction", -32000, refusal, null);
        }
        RawTransaction tx = TransactionDecoder.decode(raw);
        if (tx.getGasLimit().longValueExact() < minGasLimit) {
            throw RpcException.refused("eth_sendRawTransaction", -32000, gasRefusal, null);
        }
        sent.add(raw);
        if (tx.getNonce().longValueExact() < top().nonce()) {
            throw RpcException.refused("eth_sendRawTransaction", -32000, "nonce too low", null);
        }
        pool.values()
                .removeIf(
                        other ->
                                TransactionDecoder.decode(other).getNonce().equals(tx.getNonce())
                                        && feeOf(TransactionDecoder.decode(other)) < feeOf(tx));
        pool.putIfAbsent(Hex.encode(Keccak.hash(Hex.decode(raw))), raw);
        if (dropReplies) {
            throw RpcException.unreachable(
                    "eth_sendRawTransaction", "fake", new IOException("lost"));
        }
    }

    @Override
    public Optional<TransactionOutcome> outcome(String transaction) throws RpcException {
        requireReachable();
        return blocks.stream()
                .map(block -> block.outcomes().get(transaction))
                .filter(Objects::nonNull)
                .findFirst();
    }
}
