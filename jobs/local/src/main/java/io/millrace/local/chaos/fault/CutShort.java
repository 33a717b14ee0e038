package io.millrace.local.chaos.fault;

import io.millrace.local.chaos.proxy.CommitGate;
import java.time.Duration;

/**
 * A power cut between the commits of two sinks: some have committed a checkpoint, the others never
 * will. The gate holds back the commits that come after, so it is neither earlier nor later.
 *
 * @param commits that reach the broker
 * @param kill of everything
 */
record CutShort(CommitGate gate, int commits, TotalKill kill) implements Fault {

    /** If no checkpoint comes, any moment will do. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public String inject() throws Exception {
        gate.shutAfter(commits);
        int passed = gate.awaitShut(PATIENCE);
        return kill.inject() + ", after %d commits".formatted(passed);
    }

    @Override
    public void heal() throws Exception {
        gate.open();
        kill.heal();
    }
}
