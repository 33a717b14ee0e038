package io.millrace.local.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process of the local stack: what it has on disk outlives it, so that it can be lost and
 * started again at the same addresses. Used by one thread; only {@link #close} may come from
 * another.
 */
public final class StackProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StackProcess.class);
    private static final int MAX_RESTARTS = 5;
    private static final Duration RESTARTS_WITHIN = Duration.ofMinutes(10);

    private final String name;
    private final Command command;
    private final Path log;
    private final Readiness readiness;

    private final List<Long> restarts = new ArrayList<>();

    private volatile @Nullable ChildProcess child;
    private volatile boolean closed;
    private boolean paused;

    /**
     * A process that has not been started.
     *
     * @param log that its output is appended to
     */
    public StackProcess(String name, Command command, Path log, Readiness readiness) {
        this.name = name;
        this.command = command;
        this.log = log;
        this.readiness = readiness;
    }

    /** What to run: asked for at every start, so that each may differ. */
    @FunctionalInterface
    public interface Command {

        /** The next start's. */
        Launch next() throws Exception;
    }

    /**
     * A program with its arguments.
     *
     * @param environment added to that of this JVM
     */
    public record Launch(List<String> line, Map<String, String> environment) {

        /** Copies. */
        public Launch {
            line = List.copyOf(line);
            environment = Map.copyOf(environment);
        }
    }

    /** When it counts as started: once {@code probe} answers, which takes at most {@code limit}. */
    public record Readiness(Callable<?> probe, Duration limit) {}

    /** For people, and stable. */
    public String name() {
        return name;
    }

    /** Starts it and waits until it is ready. */
    public void start() throws Exception {
        launch();
        awaitReady();
    }

    /** Starts it without waiting. */
    public void launch() throws Exception {
        if (closed || isAlive()) {
            throw new IllegalStateException(name + (closed ? " has been closed" : " runs already"));
        }
        paused = false;
        Launch launch = command.next();
        child = ChildProcess.start(name, launch.line(), launch.environment(), log);
    }

    /**
     * Waits until it is ready.
     *
     * @throws StackException if it ends instead, with the end of its log
     */
    public void awaitReady() throws InterruptedException {
        ChildProcess started = started();
        try {
            started.awaitReady(readiness.probe(), readiness.limit());
        } catch (InterruptedException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    /**
     * Starts it again if it has ended by itself. Returns whether it had.
     *
     * @throws StackException if that has happened too often of late, with the end of its log
     */
    public boolean restartIfEnded() throws Exception {
        if (closed || isAlive()) {
            return false;
        }
        long now = System.nanoTime();
        restarts.removeIf(at -> now - at > RESTARTS_WITHIN.toNanos());
        if (restarts.size() >= MAX_RESTARTS) {
            requireAlive();
        }
        restarts.add(now);
        LOG.warn("{} has ended by itself; starting it again, its log is {}", name, log);
        launch();
        return true;
    }

    /** Ends it with kill -9. Returns once it is gone. */
    public void kill() throws InterruptedException {
        started().kill();
    }

    /** Stops its execution where it stands (SIGSTOP). */
    public void pause() throws InterruptedException {
        started().pause();
        paused = true;
    }

    /** Lets it go on after a pause (SIGCONT). */
    public void resume() throws InterruptedException {
        paused = false;
        started().resume();
    }

    /** Whether it exists, paused or not. */
    public boolean isAlive() {
        ChildProcess current = child;
        return current != null && current.isAlive();
    }

    /** Whether it is paused. */
    public boolean isPaused() {
        return paused && isAlive();
    }

    /** Fails if it is gone, with the end of its log. */
    public void requireAlive() {
        started().requireAlive();
    }

    /** Of the process that was started last. */
    public long pid() {
        return started().pid();
    }

    /** Asks it to end, without waiting for it. */
    void terminate() {
        closed = true;
        ChildProcess current = child;
        if (current != null) {
            current.terminate();
        }
    }

    @Override
    public void close() {
        closed = true;
        ChildProcess current = child;
        if (current != null) {
            current.close();
        }
    }

    private ChildProcess started() {
        ChildProcess current = child;
        if (current == null) {
            throw new IllegalStateException(name + " has not been started");
        }
        return current;
    }
}
