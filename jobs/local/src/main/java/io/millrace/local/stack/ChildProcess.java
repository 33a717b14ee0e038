package io.millrace.local.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process of the local stack. Its output goes to a log file; it ends with this object, and also
 * when this JVM is gone for whatever reason: a shell between the two ends it once the pipe from
 * here is closed. The shell ignores Ctrl-C, so that the stack can end its parts in order.
 */
final class ChildProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ChildProcess.class);
    private static final int TAIL_LINES = 20;
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final Duration PROBE_PAUSE = Duration.ofMillis(100);

    private static final String GUARD =
            """
            trap '' INT
            log=$1
            shift
            exec 3<&0
            "$@" 3<&- </dev/null >>"$log" 2>&1 &
            child=$!
            echo "$child"
            exec >>"$log" 2>&1
            { read -r end <&3; kill "$child"; kill -CONT "$child"; } 2>/dev/null &
            guard=$!
            wait "$child"
            status=$?
            kill "$guard" 2>/dev/null
            wait "$guard" 2>/dev/null
            exit "$status"
            """;

    private final String name;
    private final Process process;
    private final long pid;
    private final Path log;

    private ChildProcess(String name, Process process, long pid, Path log) {
        this.name = name;
        this.process = process;
        this.pid = pid;
        this.log = log;
    }

    /** Starts {@code command} with both outputs appended to {@code log}. */
    static ChildProcess start(String name, List<String> command, Path log) {
        return start(name, command, Map.of(), log);
    }

    /**
     * Starts {@code command} with both outputs appended to {@code log}.
     *
     * @param environment added to that of this JVM
     */
    static ChildProcess start(
            String name, List<String> command, Map<String, String> environment, Path log) {
        try {
            Files.createDirectories(log.toAbsolutePath().getParent());
            List<String> guarded =
                    new ArrayList<>(List.of("sh", "-c", GUARD, name, log.toString()));
            guarded.addAll(command);
            ProcessBuilder builder =
                    new ProcessBuilder(guarded)
                            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            Process process = builder.start();
            String pid = process.inputReader(StandardCharsets.US_ASCII).readLine();
            if (pid == null) {
                throw new StackException(name + " did not start: " + command.get(0));
            }
            return new ChildProcess(name, process, Long.parseLong(pid), log);
        } catch (IOException e) {
            throw new StackException(name + " did not start: " + command.get(0), e);
        }
    }

    /** Of the process itself, not of the shell that guards it. */
    long pid() {
        return pid;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it as a power cut would: it gets no chance to tidy up. Returns once it is gone. */
    void kill() throws InterruptedException {
        if (process.isAlive()) {
            signal("KILL");
            process.waitFor();
        }
    }

    /** Stops its execution where it stands; its memory, files and sockets stay. */
    void pause() throws InterruptedException {
        signal("STOP");
    }

    /** Lets a paused process go on. */
    void resume() throws InterruptedException {
        signal("CONT");
    }

    /** Waits for a process that ends by itself; fails if it does not end well. */
    void requireSuccess(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new StackException(name + " did not end in " + limit.toSeconds() + " s" + tail());
        }
        if (process.exitValue() != 0) {
            throw new StackException(
                    name + " failed with exit code " + process.exitValue() + tail());
        }
    }

    /** Fails if the process is gone, with the end of its log. */
    void requireAlive() {
        if (!process.isAlive()) {
            throw new StackException(
                    name + " ended with exit code " + process.exitValue() + tail());
        }
    }

    /**
     * Asks {@code probe} until it answers without an exception.
     *
     * @throws StackException if the process ends or {@code limit} passes first
     */
    void awaitReady(Callable<?> probe, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            requireAlive();
            Exception refusal = refusalOf(probe);
            if (refusal == null) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new StackException(
                        name + " was not ready after " + limit.toSeconds() + " s" + tail(),
                        refusal);
            }
            TimeUnit.MILLISECONDS.sleep(PROBE_PAUSE.toMillis());
        }
    }

    /** Asks it to end, without waiting for it. */
    void terminate() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) { // close makes it
            LOG.debug("the pipe to {} was broken", name, e);
        }
    }

    /** Asks it to end, then makes it. Does nothing if it has ended. */
    @Override
    public void close() {
        terminate();
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.waitFor();
            }
        } catch (InterruptedException e) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }

    private void signal(String signal) throws InterruptedException {
        try {
            int status =
                    new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start()
                            .waitFor();
            if (status != 0 && process.isAlive()) {
                throw new StackException(name + " took no signal " + signal + tail());
            }
        } catch (IOException e) {
            throw new StackException("kill -" + signal + " of " + name + " did not start", e);
        }
    }

    private static @Nullable Exception refusalOf(Callable<?> probe) throws InterruptedException {
        try {
            probe.call();
            return null;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) { // whatever it is, the process may still be on its way up
            return e;
        }
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            int from = Math.max(0, lines.size() - TAIL_LINES);
            return "; the end of "
                    + log
                    + ":\n"
                    + String.join("\n", lines.subList(from, lines.size()));
        } catch (IOException e) {
            return "; its log " + log + " cannot be read: " + e.getMessage();
        }
    }
}
