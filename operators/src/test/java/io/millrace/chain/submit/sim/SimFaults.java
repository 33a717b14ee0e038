package io.millrace.chain.submit.sim;

import java.util.List;
import java.util.Random;

/** How bad this world is: what can go wrong, and how often, drawn from the seed. */
final class SimFaults {

    /** What the world has in store beside faults that heal. */
    enum Ending {
        /** All is settled in the end. */
        QUIET,
        /** Someone else settles a part of his own. */
        FOREIGN_HEADER,
        /** The epoch log loses its newest parts. */
        LOST_TAIL,
        /** The vault reverts one of the parts for good. */
        POISON
    }

    final Random random;
    final Ending ending;
    private final double kinds;

    // For each call.
    double crash;
    double journalLoses;
    double switchesNode;
    double logFails;

    // For each tick.
    double reorganises;
    double evicts;
    double feeRises;
    double nodeFails;
    double killed;
    double zombie;
    double vaultPauses;
    double nonceStolen;
    double gasRises;
    double drained;

    SimFaults(long seed) {
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        double end = random.nextDouble();
        ending =
                end < 0.05
                        ? Ending.FOREIGN_HEADER
                        : end < 0.09 ? Ending.LOST_TAIL : end < 0.12 ? Ending.POISON : Ending.QUIET;
        kinds = List.of(0.0, 0.12, 0.15, 0.2, 0.5, 1.0).get(random.nextInt(6));
        crash = drawRate(0.0015);
        journalLoses = drawRate(0.03);
        switchesNode = drawRate(0.01);
        logFails = drawRate(0.3);
        reorganises = drawRate(0.015);
        evicts = drawRate(0.02);
        feeRises = drawRate(0.02);
        nodeFails = drawRate(0.06);
        killed = drawRate(0.012);
        zombie = drawRate(0.006);
        vaultPauses = drawRate(0.006);
        nonceStolen = drawRate(0.006);
        gasRises = drawRate(0.01);
        drained = drawRate(0.005);
    }

    private double drawRate(double rate) {
        double often = 0.3 + 1.4 * random.nextDouble();
        return random.nextDouble() < kinds ? rate * often : 0;
    }

    /** No more of them. */
    void end() {
        crash = 0;
        journalLoses = 0;
        switchesNode = 0;
        logFails = 0;
    }

    double chance() {
        return random.nextDouble();
    }

    boolean happens(double rate) {
        return rate > 0 && random.nextDouble() < rate;
    }

    <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /** Milliseconds between the two, both included. */
    long millis(long least, long most) {
        return least + (long) (random.nextDouble() * (most - least));
    }
}
