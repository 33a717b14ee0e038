package io.millrace.chain.submit.sim;

import io.millrace.chain.submit.EpochLog;
import io.millrace.chain.submit.EpochSubmitter;
import io.millrace.chain.submit.SettlementHaltedException;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SubmissionHistory;
import io.millrace.chain.submit.SubmissionJournal;
import io.millrace.chain.submit.SubmitContext;
import io.millrace.chain.submit.SubmitMetrics;
import io.millrace.chain.submit.SubmitOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One life of the submitter: from its start off journal and checkpoint to its end. */
final class SimProcess {

    final SimWorld world;
    final String name;
    final int writer;
    final boolean journalWasEmpty;
    final SubmitMetrics metrics = new SubmitMetrics();

    /** What a mutant keeps from the journal for now. */
    final List<SettlementRecord> heldBack = new ArrayList<>();

    private final EpochSubmitter submitter;

    /** Index of the next part of the log that it is given, and that it reports. */
    int fed;

    int reported;
    long wakeMillis;

    SimProcess(SimWorld world, int number, int from) {
        this.world = world;
        this.name = "process " + number;
        this.fed = from;
        this.reported = from;
        Mutant mutant = world.mutant;
        SubmissionJournal journal = mutant.journal(world.journal.open(this), this);
        this.writer = world.journal.writers();
        this.journalWasEmpty = world.journal.entries.isEmpty();
        EpochLog stored =
                () -> {
                    if (world.faults.happens(world.faults.logFails)) {
                        throw new IOException("the broker is away");
                    }
                    return world.log.isEmpty()
                            ? Optional.empty()
                            : Optional.of(world.log.get(world.log.size() - 1));
                };
        SubmitOptions options = SimWorld.options(mutant.fees(SimWorld.FEES));
        SubmitContext context =
                new SubmitContext(
                        mutant.client(new SimClient(this, options.vault()), this),
                        world.signer,
                        journal,
                        mutant.log(stored, this),
                        options,
                        world.clock,
                        metrics);
        submitter = new EpochSubmitter(context, read(journal), this::settled);
        world.trace(() -> name + " starts with part " + from);
    }

    private static SubmissionHistory read(SubmissionJournal journal) {
        try {
            return journal.history();
        } catch (IOException | SettlementHaltedException e) {
            throw new AssertionError("the journal of the simulation is always readable", e);
        }
    }

    private void settled(SettlementRecord entry) {
        world.trace(() -> name + " reports epoch " + entry.epoch() + " final");
        world.oracle.reported(this, entry);
        reported++;
    }

    /** Ends here, now and then. */
    void mayCrash() {
        if (world.faults.happens(world.faults.crash)) {
            throw new SimCrash();
        }
    }

    /** Takes what the log has for it, and polls the chain if that is due. */
    void tick() throws SettlementHaltedException {
        if (fed < world.log.size() && world.faults.chance() < 0.7) {
            submitter.add(world.log.get(fed), world.sealedMillis.get(fed));
            fed++;
            wakeMillis = 0;
        }
        long now = world.clock.millis();
        if (now >= wakeMillis) {
            long wait = submitter.step();
            wakeMillis = wait == EpochSubmitter.IDLE ? Long.MAX_VALUE : now + wait;
        }
    }
}
