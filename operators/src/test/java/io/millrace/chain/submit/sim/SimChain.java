package io.millrace.chain.submit.sim;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.EpochHeaderHash;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.submit.L2Block;
import io.millrace.chain.submit.TransactionOutcome;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The truth: blocks that can be reorganised above the final one, a pool, and the vault in them. A
 * node may show less of it than there is, or an older branch, but never anything else.
 */
final class SimChain {

    static final String VAULT = "0x" + "ab".repeat(20);
    static final long BLOCK_MILLIS = 2_000;
    static final int FINALITY_DEPTH = 6;
    static final long GAS = 100_000;

    /** A block, the state after it, and what its transactions came to. */
    record Block(
            L2Block header,
            SimState state,
            Map<String, LogEntry> logs,
            Map<String, TransactionOutcome> outcomes) {}

    long baseFeeWei = 1_000_000;
    long gasNeeded = GAS;
    double inclusion = 1.0;

    /** Whether a limit below what is needed keeps a transaction out, instead of failing it. */
    boolean gasIsIntrinsic;

    /** Whether a header must name the vault's head (M5); only a mutant says no. */
    final boolean comparesAndSwaps;

    /** A header that this vault reverts, whatever comes. */
    @Nullable String poison;

    int forks;
    int reverts;
    final Map<String, SimTransaction> pool = new LinkedHashMap<>();

    private final EpochHeaderHash hashes;
    private final Map<String, SimTransaction> parsed = new HashMap<>();
    private final List<Block> busy = new ArrayList<>();
    private List<Block> canonical = new ArrayList<>();
    private long finalNumber;

    SimChain(EpochHeaderHash hashes, boolean comparesAndSwaps, long nowMillis, long balanceWei) {
        this.hashes = hashes;
        this.comparesAndSwaps = comparesAndSwaps;
        for (int i = 0; i <= FINALITY_DEPTH; i++) {
            long millis = nowMillis - (FINALITY_DEPTH - i) * BLOCK_MILLIS;
            canonical.add(
                    new Block(header(i, millis), SimState.empty(balanceWei), Map.of(), Map.of()));
        }
    }

    /** The canonical blocks by number. A reorganisation makes a new list and leaves this one. */
    List<Block> blocks() {
        return canonical;
    }

    Block tip() {
        return canonical.get(canonical.size() - 1);
    }

    Block finalBlock() {
        return canonical.get((int) finalNumber);
    }

    /** Blocks of all branches that hold a transaction, newest first. */
    List<Block> withTransactions() {
        return busy;
    }

    SimTransaction parse(String raw) {
        return parsed.computeIfAbsent(raw, hex -> SimTransaction.parse(hex, hashes));
    }

    /** Makes the next block out of what the pool has that pays enough. */
    void mine(long nowMillis, Random random) {
        List<SimTransaction> candidates = new ArrayList<>(pool.values());
        candidates.sort(Comparator.comparingLong(SimTransaction::nonce));
        SimState state = tip().state();
        L2Block header = header(canonical.size(), nowMillis);
        Map<String, LogEntry> logs = new HashMap<>();
        Map<String, TransactionOutcome> outcomes = new HashMap<>();
        for (SimTransaction tx : candidates) {
            boolean invalid = gasIsIntrinsic && tx.gasLimit() < gasNeeded;
            if (tx.nonce() < state.nonce() || invalid) {
                pool.remove(tx.hash());
            } else if (tx.nonce() == state.nonce()
                    && tx.maxFeePerGasWei() >= baseFeeWei
                    && tx.mostWei() <= state.balanceWei()
                    && random.nextDouble() < inclusion) {
                pool.remove(tx.hash());
                state = execute(tx, state, header, logs, outcomes);
            }
        }
        append(new Block(header, state, logs, outcomes));
    }

    private SimState execute(
            SimTransaction tx,
            SimState before,
            L2Block block,
            Map<String, LogEntry> logs,
            Map<String, TransactionOutcome> outcomes) {
        long price = Math.min(tx.maxFeePerGasWei(), baseFeeWei + tx.tipWei());
        boolean enoughGas = tx.gasLimit() >= gasNeeded;
        long gasUsed = enoughGas ? gasNeeded : tx.gasLimit();
        SimState state =
                before.withAccount(before.nonce() + 1, before.balanceWei() - gasUsed * price);
        SimTransaction.Call call = tx.call();
        boolean known = before.holds(call.header(), call.headerHash());
        boolean applies =
                enoughGas
                        && (!known || !comparesAndSwaps)
                        && refusal(call, before, block.millis()).isEmpty();
        outcomes.put(
                tx.hash(),
                new TransactionOutcome(
                        tx.hash(),
                        applies || (known && enoughGas),
                        block.number(),
                        block.hash(),
                        gasUsed,
                        BigInteger.valueOf(gasUsed * price)));
        if (!applies) {
            reverts += known && enoughGas ? 0 : 1;
            return state;
        }
        logs.put(call.headerHash(), event(block, tx.hash(), call.headerHash()));
        return state.settled(call.header(), call.headerHash());
    }

    /** Data of the revert of a header that is not settled yet, or empty if it would be taken. */
    String refusal(SimTransaction.Call call, SimState state, long nowMillis) {
        EpochHeader header = call.header();
        if (state.pausedUntilMillis() > nowMillis) {
            return selector("VaultPaused(uint64)") + word(state.pausedUntilMillis());
        }
        if (comparesAndSwaps && !header.previousHeader().equals(state.head().header())) {
            return selector("HeaderDoesNotFollow(bytes32,uint64,uint32,bytes32,uint64,uint32)")
                    + header.previousHeader().substring(2)
                    + word(header.epoch())
                    + word(header.part())
                    + state.head().header().substring(2)
                    + word(state.head().epoch())
                    + word(state.head().part());
        }
        if (call.headerHash().equals(poison)) {
            return selector("SumNotReached(uint64,uint64,uint64)") + word(1) + word(2) + word(3);
        }
        return "";
    }

    /** A block in which someone else acts: {@code change} is what became of the state. */
    void mineForeign(long nowMillis, SimState change, @Nullable String header) {
        L2Block block = header(canonical.size(), nowMillis);
        Map<String, LogEntry> logs = new HashMap<>();
        Map<String, TransactionOutcome> outcomes = new HashMap<>();
        if (header != null) {
            String hash = Hex.encode(Keccak.hashUtf8("foreign " + header + " " + forks));
            logs.put(header, event(block, hash, header));
            outcomes.put(
                    hash,
                    new TransactionOutcome(
                            hash, true, block.number(), block.hash(), GAS, BigInteger.ZERO));
        }
        append(new Block(block, change, logs, outcomes));
    }

    /**
     * Replaces the newest blocks, never final ones. Of what they held, each transaction comes back
     * to the pool, or is lost.
     *
     * @param depth blocks to drop
     * @param length blocks to put in their place, perhaps fewer
     */
    void reorganise(int depth, int length, double comesBack, Random random) {
        int most = (int) (canonical.size() - 1 - finalNumber);
        int dropped = Math.min(depth, most);
        int fork = canonical.size() - dropped;
        List<Block> old = canonical.subList(fork, canonical.size());
        List<SimTransaction> back = new ArrayList<>();
        long millis = tip().header().millis();
        for (Block block : old) {
            for (String hash : block.outcomes().keySet().stream().sorted().toList()) {
                parsed.values().stream()
                        .filter(tx -> tx.hash().equals(hash))
                        .filter(tx -> random.nextDouble() < comesBack)
                        .forEach(back::add);
            }
        }
        canonical = new ArrayList<>(canonical.subList(0, fork));
        forks++;
        back.forEach(tx -> pool.put(tx.hash(), tx));
        for (int i = 0; i < Math.max(1, length); i++) {
            mine(millis, random);
        }
    }

    private void append(Block block) {
        canonical.add(block);
        if (!block.outcomes().isEmpty()) {
            busy.add(0, block);
        }
        finalNumber = Math.max(finalNumber, canonical.size() - 1L - FINALITY_DEPTH);
    }

    private L2Block header(long number, long millis) {
        String hash = Hex.encode(Keccak.hashUtf8("block " + number + " fork " + forks));
        return new L2Block(number, hash, millis, baseFeeWei);
    }

    private static LogEntry event(L2Block block, String transaction, String header) {
        return new LogEntry(
                VAULT, List.of(header), "0x", block.number(), block.hash(), transaction, 0);
    }

    private static String selector(String signature) {
        return Hex.encode(Keccak.hashUtf8(signature)).substring(0, 10);
    }

    private static String word(long number) {
        return String.format("%064x", number);
    }
}
