package io.millrace.local.stack;

import io.millrace.local.stack.chain.ChainStates;
import io.millrace.local.stack.chain.MinedBlock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock of the local L2: has its node mine a block every so often, and writes each down before
 * the next. So a node that is lost loses at most the block it was mining, and nothing is written
 * twice: once in a while the whole state, otherwise the new block. Its thread is the only one that
 * mines; the states on disk are guarded by {@link ChainStates} itself.
 */
final class BlockProducer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BlockProducer.class);

    /** The whole state is written after so many blocks, and after as a part of all there are. */
    private static final long BLOCKS_A_STATE = 300;

    private static final long SHARE_OF_ALL = 20;
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(30);

    private final EvmSession session;
    private final NodeControl node;
    private final StackProcess process;
    private final ChainStates states;
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "local-l2-blocks");
                        thread.setDaemon(true);
                        return thread;
                    });

    private @Nullable ScheduledFuture<?> ticks;

    /** The newest block that is on disk. */
    private @Nullable MinedBlock last;

    private long pid;
    private long failingSinceNanos;
    private boolean failing;
    private boolean said;

    BlockProducer(EvmSession session, StackProcess process, ChainStates states) {
        this.session = session;
        this.node = new NodeControl(session);
        this.process = process;
        this.states = states;
    }

    /** Mines from now on, a block every {@code seconds}. */
    void start(int seconds) {
        ticks = clock.scheduleAtFixedRate(this::tick, 0, seconds, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        if (ticks != null) {
            ticks.cancel(true);
        }
        clock.shutdownNow();
        session.close();
    }

    private void tick() {
        try {
            if (!process.isAlive() || process.isPaused()) {
                return; // lost, or stopped, on purpose or not: its watch knows
            }
            synchronized (states) {
                mine();
            }
            failing = false;
            said = false;
        } catch (IOException | RuntimeException e) { // the next tick tries again
            warn(e);
        }
    }

    private void mine() throws IOException {
        if (process.pid() != pid) {
            last = node.head();
            node.setTime(Math.max(Instant.now().getEpochSecond(), last.timestamp()));
            pid = process.pid();
        }
        node.mine();
        writeDown();
    }

    /**
     * Writes down all blocks after {@link #last}: more than one where the node has mined and its
     * answer was lost, or where it could not be written. Nothing counts as written before it is.
     */
    private void writeDown() throws IOException {
        MinedBlock head = node.head();
        MinedBlock written = last;
        if (written == null
                || head.number() < written.number()
                || !node.block(written.number()).hash().equals(written.hash())) {
            // Reorganised: what was written down is of another chain from some block on.
            states.replaceAll(head.number(), node::writeState);
            last = head;
            return;
        }
        for (long number = written.number() + 1; number <= head.number(); number++) {
            MinedBlock block = node.block(number);
            states.append(block);
            last = block;
        }
        long state = states.newestFirst().get(0);
        if (head.number() - state >= Math.max(BLOCKS_A_STATE, head.number() / SHARE_OF_ALL)) {
            states.write(head.number(), node::writeState);
        }
    }

    private void warn(Exception e) {
        long now = System.nanoTime();
        if (!failing) {
            failing = true;
            failingSinceNanos = now;
        } else if (!said && now - failingSinceNanos > SILENCE_LIMIT.toNanos()) {
            said = true;
            LOG.warn("the L2 node mines nothing for {} s", SILENCE_LIMIT.toSeconds(), e);
        }
    }
}
