package io.millrace.chain.submit.sim;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.EpochHeaderHash;
import io.millrace.chain.SealedPart;
import io.millrace.chain.SlotWords;
import io.millrace.chain.submit.SettlementHaltedException;
import io.millrace.chain.submit.Signer;
import io.millrace.chain.submit.SubmitOptions;
import io.millrace.chain.submit.VaultIdentity;
import io.millrace.chain.submit.fee.FeePolicy;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.testing.ManualClock;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one seed: a few minutes of faults while parts are sealed, then quiet, until all is settled
 * or the patience ends. Time moves in ticks; between two of them everything happens in one order.
 */
final class SimWorld {

    static final FeePolicy FEES = new MarketFeePolicy(1_000, 1_000_000_000L, 1_000_000_000L, 5);
    static final long START_MILLIS = 1_700_000_000_000L;
    static final long TICK_MILLIS = 500;
    static final long PATIENCE_MILLIS = 20 * 60_000;
    static final long BALANCE_WEI = 1_000_000_000_000_000_000L;
    private static final long CHAIN_ID = 4_242;
    private static final long CHECKPOINT_MILLIS = 15_000;
    private static final int TRACE_LINES = 80;
    private static final VaultIdentity IDENTITY =
            new VaultIdentity(
                    CHAIN_ID, Hex.encode(Keccak.hashUtf8("code")), "0x" + "cd".repeat(20));

    final SimFaults faults;
    final Mutant mutant;
    final ManualClock clock = new ManualClock(START_MILLIS);
    final Signer signer = SimSigner.create();
    final EpochHeaderHash hashes = new EpochHeaderHash(new Eip712Domain(CHAIN_ID, SimChain.VAULT));
    final SimChain chain;
    final List<SimNode> nodes = new ArrayList<>();
    final SimJournal journal = new SimJournal();
    final SimOracle oracle = new SimOracle(this);
    final List<SealedPart> log = new ArrayList<>();
    final List<Long> sealedMillis = new ArrayList<>();

    /** The one that the job runs, or null until it is started again. */
    @Nullable SimProcess live;

    /** Paused, replaced, and awake again. */
    final List<SimProcess> zombies = new ArrayList<>();

    /** Why the job will not start again. */
    @Nullable SettlementHaltedException stopped;

    private final SimEvents events;
    private final boolean tracing;
    private final Deque<String> trace = new ArrayDeque<>();
    private final int parts;
    private final long quietMillis;
    private int processes;
    private int checkpointed;
    private long nextCheckpointMillis = START_MILLIS;
    private long nextBlockMillis = START_MILLIS;
    private long startMillis;

    SimWorld(long seed, Mutant mutant, boolean tracing) {
        this.mutant = mutant;
        this.tracing = tracing;
        faults = new SimFaults(seed);
        chain = new SimChain(hashes, mutant.vaultComparesAndSwaps(), START_MILLIS, BALANCE_WEI);
        for (int i = 0; i < 3; i++) {
            nodes.add(new SimNode(i, chain));
        }
        parts = 2 + faults.random.nextInt(5);
        quietMillis = START_MILLIS + faults.millis(60_000, 240_000);
        events = new SimEvents(this);
    }

    static SubmitOptions options(FeePolicy fees) {
        return new SubmitOptions(
                IDENTITY,
                1_000,
                6_000,
                20_000,
                8_000,
                SubmitOptions.MAX_TRANSACTION_GAS,
                100,
                BALANCE_WEI / 100,
                fees);
    }

    /** Runs to the end; throws {@link SimOracle.Violation} if a promise is broken. */
    void run() {
        boolean quiet = false;
        long end = quietMillis + PATIENCE_MILLIS;
        while (now() < end && stopped == null && !(quiet && isSettled())) {
            if (now() >= nextBlockMillis) {
                nextBlockMillis = now() + SimChain.BLOCK_MILLIS;
                chain.mine(now(), faults.random);
            }
            if (now() < quietMillis) {
                events.tick();
            } else if (!quiet) {
                quiet = true;
                events.heal();
                trace(() -> "from here on nothing fails");
            }
            seal();
            runProcesses();
            oracle.check();
            clock.advance(TICK_MILLIS);
        }
        oracle.atEnd();
    }

    private boolean isSettled() {
        return log.size() == parts && live != null && live.reported == log.size();
    }

    private void seal() {
        double due = (double) (now() - START_MILLIS) / (quietMillis - START_MILLIS) * 1.4;
        if (log.size() < parts && !events.logIsCut() && due >= (double) log.size() / parts) {
            log.add(part(log.isEmpty() ? null : log.get(log.size() - 1)));
            sealedMillis.add(now());
            events.sealed(log.get(log.size() - 1));
            trace(() -> "epoch " + log.size() + " is in the log");
        }
    }

    /** Goes on with the epoch's next part, or with the next epoch. */
    private SealedPart part(@Nullable SealedPart before) {
        long nano = 1L + faults.random.nextInt(1_000_000);
        if (before == null) {
            return sealed(header(Hex.ZERO_32, new Place(1, 0, partsOfEpoch()), nano, "cut 1"));
        }
        EpochHeader last = before.header();
        boolean whole = last.part() == last.parts() - 1;
        Place place =
                whole
                        ? new Place(last.epoch() + 1, 0, partsOfEpoch())
                        : new Place(last.epoch(), last.part() + 1, last.parts());
        return sealed(header(before.hash(), place, nano, "cut " + place.epoch()));
    }

    private int partsOfEpoch() {
        return faults.chance() < 0.7 ? 1 : 2 + faults.random.nextInt(2);
    }

    /** Which part of which epoch. */
    record Place(long epoch, int part, int parts) {}

    SealedPart sealed(EpochHeader header) {
        String one = Hex.encode(Eip712Domain.word(1));
        SlotWords words =
                new SlotWords(List.of(one), List.of(one), List.of(Hex.ZERO_32), List.of(one));
        return new SealedPart(hashes.of(header), header, words, List.of(), 2, List.of(), List.of());
    }

    EpochHeader header(String previous, Place place, long nano, String cut) {
        return new EpochHeader(
                previous,
                place.epoch(),
                place.part(),
                place.parts(),
                Hex.encode(Keccak.hashUtf8("root " + cut)),
                nano,
                1,
                0,
                nano,
                Hex.encode(Keccak.hashUtf8("words")),
                Hex.encode(Keccak.hashUtf8(cut)),
                chain.finalBlock().header().number());
    }

    private void runProcesses() {
        if (live == null && now() >= startMillis && stopped == null) {
            start();
        }
        SimProcess running = live;
        if (running != null && !advance(running)) {
            kill(faults.millis(1_000, 15_000));
        }
        zombies.removeIf(zombie -> !advance(zombie));
        if (now() >= nextCheckpointMillis && live != null) {
            nextCheckpointMillis = now() + CHECKPOINT_MILLIS;
            checkpointed = live.reported;
        }
    }

    /** Returns whether the process lives on. */
    private boolean advance(SimProcess process) {
        try {
            process.tick();
            return true;
        } catch (SimCrash e) {
            trace(() -> process.name + " crashes");
            return false;
        } catch (SettlementHaltedException e) {
            trace(() -> process.name + " halts: " + e.reason() + " " + e.getMessage());
            oracle.halted(process, e);
            if (process == live && !e.reason().restartHelps()) {
                stopped = e;
            }
            return false;
        }
    }

    private void start() {
        // A restore may take the newest checkpoint, or one before it.
        int from = Math.max(0, checkpointed - (faults.chance() < 0.2 ? 1 : 0));
        live = new SimProcess(this, ++processes, Math.min(from, log.size()));
    }

    /** The job's process is gone; it comes back after {@code millis}. */
    void kill(long millis) {
        live = null;
        startMillis = now() + millis;
    }

    long now() {
        return clock.millis();
    }

    /** Things that make a second nonce for one part right. */
    int excuses() {
        return chain.forks + chain.reverts + events.excuses();
    }

    SimEvents events() {
        return events;
    }

    void trace(Supplier<String> line) {
        if (tracing) {
            trace.add((now() - START_MILLIS) / 1000.0 + " s: " + line.get());
            if (trace.size() > TRACE_LINES) {
                trace.remove();
            }
        }
    }

    String traced() {
        return String.join("\n", trace);
    }
}
