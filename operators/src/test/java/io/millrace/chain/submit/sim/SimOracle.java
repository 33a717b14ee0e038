package io.millrace.chain.submit.sim;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.SettlementHaltedException;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SettlementRecord.State;
import io.millrace.chain.submit.TransactionOutcome;
import io.millrace.chain.submit.sim.SimChain.Block;
import io.millrace.chain.submit.sim.SimFaults.Ending;
import io.millrace.chain.submit.sim.SimNode.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Judges a run by the chain's own blocks, the journal and the log; of the submitter it only sees
 * what it does.
 */
final class SimOracle {

    /** A broken promise. */
    static final class Violation extends AssertionError {

        private static final long serialVersionUID = 1L;

        Violation(String message) {
            super(message);
        }
    }

    /** How long an old nonce may linger in a pool, on a branch, with a zombie. */
    private static final long LINGERS_MILLIS = 60_000;

    private final SimWorld world;
    private final Map<String, List<SettlementRecord>> signed = new HashMap<>();
    private final Map<String, SettlementRecord> signedByHash = new HashMap<>();
    private final Set<String> finals = new HashSet<>();
    private final Map<SimProcess, Set<String>> shown = new HashMap<>();
    private long nonceFloor;
    private int excuses;
    private long lastExcuseMillis;
    private int forksSeen;

    SimOracle(SimWorld world) {
        this.world = world;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Violation(otherwise);
        }
    }

    /** An entry is about to lie in the journal. */
    void appended(SimProcess process, SettlementRecord entry) {
        require(
                world.journal.isNewest(process.writer),
                process.name + " wrote to the journal after a newer one had taken over");
        if (entry.state() == State.FINAL) {
            require(finals.add(entry.header()), "epoch " + entry.epoch() + " became final twice");
            if (entry.nonce() >= 0) { // one of these was mined, so the lowest is used up
                signed.getOrDefault(entry.header(), List.of()).stream()
                        .mapToLong(SettlementRecord::nonce)
                        .min()
                        .ifPresent(lowest -> nonceFloor = Math.max(nonceFloor, lowest + 1));
            }
            return;
        }
        require(
                entry.maxFeePerGasWei() <= SimWorld.FEES.maxFeePerGasWei(),
                "offers " + entry.maxFeePerGasWei() + " wei a gas, over the cap");
        require(
                entry.nonce() >= nonceFloor,
                "signs nonce "
                        + entry.nonce()
                        + ", final transactions used all below "
                        + nonceFloor);
        require(!world.events().logIsCut(), "signs although the log is shorter than the vault");
        require(
                !entry.header().equals(world.chain.poison),
                "signs epoch " + entry.epoch() + " although the vault would revert it");
        require(
                !isShown(process, entry.header()),
                "signs epoch " + entry.epoch() + " although it had been shown that it is settled");
        List<SettlementRecord> before =
                signed.computeIfAbsent(entry.header(), unseen -> new ArrayList<>());
        before.forEach(old -> requireReplaces(old, entry));
        before.add(entry);
        signedByHash.put(entry.transaction(), entry);
        Set<Long> nonces = new TreeSet<>();
        before.forEach(record -> nonces.add(record.nonce()));
        require(
                nonces.size() == 1 || isExcused(before.get(0)),
                "epoch "
                        + entry.epoch()
                        + " got nonces "
                        + nonces
                        + " where nothing called for it");
    }

    /**
     * Whether something happened, not long before its first signature or since, that explains it.
     */
    private boolean isExcused(SettlementRecord first) {
        noteExcuses();
        long lingers =
                world.events().nodesLie(Mode.OLD_NONCE)
                        ? (SimNode.OLD_BLOCKS + 10) * SimChain.BLOCK_MILLIS
                        : LINGERS_MILLIS;
        return lastExcuseMillis >= first.atMillis() - lingers;
    }

    private void noteExcuses() {
        if (excuses != world.excuses()) {
            excuses = world.excuses();
            lastExcuseMillis = world.now();
        }
    }

    private void requireReplaces(SettlementRecord old, SettlementRecord entry) {
        if (old.nonce() == entry.nonce()) {
            boolean roomierAtTheLimit =
                    gasLimit(entry) > gasLimit(old)
                            && entry.maxFeePerGasWei() == old.maxFeePerGasWei()
                            && !SimClient.isRaised(
                                    old.maxFeePerGasWei(), SimWorld.FEES.maxFeePerGasWei());
            require(
                    roomierAtTheLimit || bothRaised(old, entry),
                    "replaces a fee of "
                            + old.maxFeePerGasWei()
                            + " by one of "
                            + entry.maxFeePerGasWei());
            require(gasLimit(entry) >= gasLimit(old), "lowers the gas of nonce " + entry.nonce());
        }
    }

    private static boolean bothRaised(SettlementRecord old, SettlementRecord entry) {
        return SimClient.isRaised(old.maxFeePerGasWei(), entry.maxFeePerGasWei())
                && SimClient.isRaised(
                        old.maxPriorityFeePerGasWei(), entry.maxPriorityFeePerGasWei());
    }

    private long gasLimit(SettlementRecord signed) {
        return world.chain.parse(signed.raw()).gasLimit();
    }

    /** Signed bytes arrive at a node. */
    void sent(SimProcess process, SimTransaction tx) {
        SettlementRecord entry = signedByHash.get(tx.hash());
        require(
                entry != null && entry.header().equals(tx.call().headerHash()),
                process.name + " sends " + tx.hash() + " which is not in the journal");
    }

    /** A node on the canonical branch told {@code process} where the vault's head is. */
    void shown(SimProcess process, String header) {
        forgetAfterFork();
        shown.computeIfAbsent(process, unseen -> new HashSet<>()).add(header);
    }

    private boolean isShown(SimProcess process, String header) {
        forgetAfterFork();
        boolean oneTruth = world.nodes.stream().noneMatch(SimNode::isForked);
        return oneTruth && shown.getOrDefault(process, Set.of()).contains(header);
    }

    private void forgetAfterFork() {
        if (forksSeen != world.chain.forks) {
            forksSeen = world.chain.forks;
            shown.clear();
        }
    }

    /** {@code process} calls a part final. */
    void reported(SimProcess process, SettlementRecord record) {
        SealedPart part = world.log.get(process.reported);
        require(
                record.header().equals(part.hash()),
                "reports epoch " + record.epoch() + " out of turn");
        Block last = world.chain.finalBlock();
        require(
                last.state().holds(part.header(), part.hash()),
                "reports epoch "
                        + record.epoch()
                        + " final, which block "
                        + last.header().number()
                        + " does not hold");
        if (world.chain.forks == 0) {
            // Where it was settled is only what a node said; on one branch they all say the same.
            Block where = world.chain.blocks().get((int) record.block());
            TransactionOutcome outcome = where.outcomes().get(record.transaction());
            require(
                    record.block() <= last.header().number()
                            && outcome != null
                            && outcome.succeeded()
                            && where.logs().containsKey(part.hash()),
                    "reports epoch "
                            + record.epoch()
                            + " settled in block "
                            + record.block()
                            + ", which is not so");
        }
        SettlementRecord ours = signedByHash.get(record.transaction());
        require(
                ours == null || ours.nonce() == record.nonce(),
                "reports epoch " + record.epoch() + " with nonce " + record.nonce());
    }

    /** A process stopped for good, or for a new start. */
    void halted(SimProcess process, SettlementHaltedException halt) {
        Reason reason = halt.reason();
        boolean right =
                switch (reason) {
                    case JOURNAL_LOST -> true;
                    case DIVERGED -> isForeignFinal();
                    case LOG_SHORT -> isForeignFinal() || world.events().logIsCut();
                    case SIGNER_UNFIT -> process.journalWasEmpty;
                    case REVERTED ->
                            String.valueOf(halt.getMessage())
                                    .contains(String.valueOf(world.chain.poison));
                    default -> false;
                };
        require(right, "halts where nothing calls for it: " + reason + ": " + halt.getMessage());
    }

    private boolean isForeignFinal() {
        String foreign = world.events().foreignHeader();
        return foreign != null && world.chain.finalBlock().state().applied().contains(foreign);
    }

    /** What the vault has settled is the log, in order, each part once, to the nano-USD. */
    void check() {
        noteExcuses();
        SimState state = world.chain.tip().state();
        int part = 0;
        long nano = 0;
        for (String header : state.applied()) {
            if (header.equals(world.events().foreignHeader())) {
                nano += 1;
                continue;
            }
            if (world.events().logIsCut()) {
                return; // there is no log to compare with
            }
            require(
                    part < world.log.size() && header.equals(world.log.get(part).hash()),
                    "the vault has settled "
                            + header
                            + " as its part "
                            + (part + 1)
                            + ", which is not what the log has there");
            nano += world.log.get(part).header().partSumNano();
            part++;
        }
        require(
                nano == state.paidNano(),
                "the vault has paid " + state.paidNano() + " nano-USD where the log has " + nano);
    }

    /** After the quiet: all is settled, or the submitter said why not. */
    void atEnd() {
        if (world.stopped != null) {
            return;
        }
        require(!world.events().logIsCut(), "goes on although the log is shorter than the vault");
        SimProcess live = requireNonNull(world.live, "nothing ends a process that is left alone");
        require(
                live.reported == world.log.size(),
                "after "
                        + SimWorld.PATIENCE_MILLIS / 60_000
                        + " quiet minutes part "
                        + (live.reported + 1)
                        + " of "
                        + world.log.size()
                        + " is not final");
        require(world.faults.ending != Ending.POISON, "settled what the vault reverts");
        for (SealedPart part : world.log) {
            require(finals.contains(part.hash()), "the journal lacks the end of " + part.hash());
        }
        require(
                live.metrics.unsettledParts() == 0 && live.metrics.unsettledNano() == 0,
                "the metrics show unsettled parts where all is settled");
    }
}
