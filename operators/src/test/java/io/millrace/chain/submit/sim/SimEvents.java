package io.millrace.chain.submit.sim;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.VaultHead;
import io.millrace.chain.submit.sim.SimFaults.Ending;
import io.millrace.chain.submit.sim.SimNode.Mode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What befalls a world from outside, tick by tick. */
final class SimEvents {

    private final SimWorld world;
    private final SimFaults faults;
    private final SimChain chain;

    /** The ways in which nodes fail in this world. */
    private final List<Mode> lies = new ArrayList<>(EnumSet.complementOf(EnumSet.of(Mode.HEALTHY)));

    private final int poisonedPart;
    private final long endingMillis;

    private int excuses;
    private boolean cut;
    private @Nullable String foreignHeader;
    private long feeUntilMillis;
    private long gasUntilMillis;
    private long drainedUntilMillis;

    SimEvents(SimWorld world) {
        this.world = world;
        this.faults = world.faults;
        this.chain = world.chain;
        Collections.shuffle(lies, faults.random);
        lies.subList(1 + faults.random.nextInt(lies.size()), lies.size()).clear();
        this.poisonedPart = faults.random.nextInt(2);
        this.endingMillis = world.now() + faults.millis(40_000, 120_000);
    }

    void tick() {
        for (SimNode node : world.nodes) {
            if (node.mode != Mode.HEALTHY && world.now() >= node.untilMillis) {
                node.heal();
            } else if (node.mode == Mode.HEALTHY && faults.happens(faults.nodeFails)) {
                Mode mode = faults.pick(lies);
                node.fail(mode, world.now() + faults.millis(2_000, 40_000));
                world.trace(() -> "node " + node.number + " is " + mode);
            }
        }
        chainEvents();
        accountEvents();
        processEvents();
        ending();
    }

    private void chainEvents() {
        if (faults.happens(faults.reorganises)) {
            int depth = 1 + faults.random.nextInt(SimChain.FINALITY_DEPTH - 1);
            int length = Math.max(1, depth - 1 + faults.random.nextInt(3));
            if (faults.chance() < 0.5) {
                faults.pick(world.nodes)
                        .fail(Mode.FORKED, world.now() + faults.millis(2_000, 30_000));
            }
            double comesBack = faults.pick(List.of(0.0, 0.5, 1.0));
            chain.reorganise(depth, length, comesBack, faults.random);
            world.trace(() -> "reorganised, " + depth + " blocks for " + length);
        }
        if (faults.happens(faults.evicts)) {
            chain.pool.clear();
            world.trace(() -> "the pool is empty");
        }
        if (chain.baseFeeWei > 1_000_000 && world.now() >= feeUntilMillis) {
            chain.baseFeeWei = 1_000_000;
        } else if (faults.happens(faults.feeRises)) {
            chain.baseFeeWei = 1_000_000 * faults.pick(List.of(3L, 20L, 400L, 3_000L));
            feeUntilMillis = world.now() + faults.millis(5_000, 90_000);
            if (faults.chance() < 0.5) {
                chain.pool.values().removeIf(tx -> tx.maxFeePerGasWei() < chain.baseFeeWei);
            }
            world.trace(() -> "the base fee is " + chain.baseFeeWei);
        }
        if (!chain.gasIsIntrinsic && world.now() >= gasUntilMillis) {
            chain.gasNeeded = SimChain.GAS;
        }
        if (faults.happens(faults.gasRises)) {
            chain.gasNeeded = SimChain.GAS * 13 / 10; // more than the estimate leaves room for
            chain.gasIsIntrinsic |= faults.chance() < 0.5; // then it stays: nothing but more helps
            gasUntilMillis = world.now() + faults.millis(2_000, 20_000);
        }
        if (faults.happens(faults.vaultPauses)) {
            long until = world.now() + faults.millis(5_000, 40_000);
            chain.mineForeign(world.now(), chain.tip().state().pausedUntil(until), null);
            world.trace(() -> "the vault is paused");
        }
    }

    private void accountEvents() {
        SimState state = chain.tip().state();
        if (faults.happens(faults.nonceStolen)) {
            excuses++;
            chain.mineForeign(
                    world.now(), state.withAccount(state.nonce() + 1, state.balanceWei()), null);
            world.trace(() -> "nonce " + state.nonce() + " is stolen");
        }
        if (faults.happens(faults.drained)) {
            drainedUntilMillis = world.now() + faults.millis(5_000, 60_000);
            chain.mineForeign(world.now(), state.withAccount(state.nonce(), 0), null);
            world.trace(() -> "the account is empty");
        } else if (drainedUntilMillis > 0 && world.now() >= drainedUntilMillis) {
            fund();
        }
    }

    private void fund() {
        SimState state = chain.tip().state();
        drainedUntilMillis = 0;
        chain.mineForeign(
                world.now(), state.withAccount(state.nonce(), SimWorld.BALANCE_WEI), null);
        world.trace(() -> "the account is funded");
    }

    private void processEvents() {
        if (world.live != null && faults.happens(faults.killed)) {
            world.kill(faults.millis(500, 20_000));
            world.trace(() -> "killed");
        }
        if (world.live != null && faults.happens(faults.zombie)) {
            excuses++;
            SimProcess old = world.live;
            old.wakeMillis = world.now() + faults.millis(500, 40_000);
            world.zombies.add(old);
            world.kill(faults.millis(0, 2_000));
            world.trace(() -> old.name + " is paused and replaced");
        }
    }

    private void ending() {
        if (world.now() < endingMillis) {
            return;
        }
        SimState state = chain.tip().state();
        if (faults.ending == Ending.FOREIGN_HEADER && foreignHeader == null) {
            excuses++;
            EpochHeader header =
                    world.header(state.head().header(), after(state.head()), 1, "foreign");
            String hash = world.hashes.of(header);
            foreignHeader = hash;
            chain.mineForeign(world.now(), state.settled(header, hash), hash);
            world.trace(() -> "someone else settles epoch " + header.epoch());
        }
        int settled = chain.finalBlock().state().applied().size();
        if (faults.ending == Ending.LOST_TAIL && !cut && settled >= 2) {
            cut = true;
            world.log.subList(settled - 1, world.log.size()).clear();
            world.zombies.clear();
            world.kill(2_000);
            world.trace(() -> "the log ends with epoch " + world.log.size());
        }
    }

    private static SimWorld.Place after(VaultHead head) {
        return head.part() < head.parts() - 1
                ? new SimWorld.Place(head.epoch(), head.part() + 1, head.parts())
                : new SimWorld.Place(head.epoch() + 1, 0, 1);
    }

    /** The world heals: what is broken mends, what is dead starts. */
    void heal() {
        faults.end();
        world.nodes.forEach(SimNode::heal);
        world.zombies.clear();
        chain.baseFeeWei = 1_000_000;
        chain.gasNeeded = chain.gasIsIntrinsic ? chain.gasNeeded : SimChain.GAS;
        if (chain.tip().state().balanceWei() < SimWorld.BALANCE_WEI / 2) {
            fund();
        }
    }

    /** A part came into the log. */
    void sealed(SealedPart part) {
        if (faults.ending == Ending.POISON && world.log.size() == poisonedPart + 1) {
            chain.poison = part.hash();
        }
    }

    boolean nodesLie(Mode how) {
        return lies.contains(how);
    }

    boolean logIsCut() {
        return cut;
    }

    @Nullable String foreignHeader() {
        return foreignHeader;
    }

    int excuses() {
        return excuses;
    }
}
