package io.millrace.local.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.local.stack.StackException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Whether a stack does its work again, seen from outside: all tasks of the job run, a checkpoint
 * that was begun after the fault is complete, charges become visible after it, and the chain
 * finalises blocks. Used by one thread.
 */
final class Health {

    private final Vitals vitals;
    private final Clock clock;
    private final Duration limit;
    private final Duration pause;

    private int restarted;

    /**
     * @param clock of Flink's machine
     * @param limit that a recovery may take
     * @param pause between looks
     */
    Health(Vitals vitals, Clock clock, Duration limit, Duration pause) {
        this.vitals = vitals;
        this.clock = clock;
        this.limit = limit;
        this.pause = pause;
    }

    /** Processes that ended without being killed by a fault, and were started again. */
    int restarted() {
        return restarted;
    }

    /**
     * Returns once the stack works.
     *
     * @param what happened before, for the message
     * @throws StackException if it does not within the limit, or if the job has failed for good
     */
    void await(String what) throws Exception {
        long since = clock.millis();
        long deadline = System.nanoTime() + limit.toNanos();
        long finalBefore = -1;
        long chargesBefore = -1;
        String missing = "nothing is known";
        while (true) {
            restartEnded();
            try {
                if (finalBefore < 0) {
                    finalBefore = vitals.finalBlock();
                }
                missing = missing(since);
                if (missing.isEmpty() && chargesBefore < 0) {
                    chargesBefore = vitals.charges();
                } else if (missing.isEmpty()) {
                    boolean charges = vitals.charges() > chargesBefore;
                    if (charges && vitals.finalBlock() > finalBefore) {
                        return;
                    }
                    missing = charges ? "no block becomes final" : "no charge becomes visible";
                }
            } catch (IOException e) {
                missing = String.valueOf(e.getMessage());
            }
            if (System.nanoTime() > deadline) {
                throw new StackException(
                        "after %s the stack does not work again within %d s: %s"
                                .formatted(what, limit.toSeconds(), missing));
            }
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        }
    }

    /** Starts again what has ended by itself. */
    void restartEnded() throws Exception {
        restarted += vitals.restartEnded();
    }

    private String missing(long since) throws Exception {
        JsonNode running = running();
        if (running.isMissingNode()) {
            return "no job runs";
        }
        JsonNode tasks = running.path("tasks");
        if (!running.path("state").asText().equals("RUNNING")
                || tasks.path("running").asInt() < tasks.path("total").asInt()) {
            return "the job is " + running.path("state").asText() + " with tasks " + tasks;
        }
        long completed =
                vitals.flink("/jobs/" + running.path("jid").asText() + "/checkpoints")
                        .path("latest")
                        .path("completed")
                        .path("trigger_timestamp")
                        .asLong();
        return completed >= since ? "" : "no checkpoint completes";
    }

    /** The overview of the job that has not ended, or a missing node if there is none. */
    private JsonNode running() throws Exception {
        boolean failed = false;
        for (JsonNode job : vitals.flink("/jobs/overview").path("jobs")) {
            switch (job.path("state").asText()) {
                case "FAILED" -> failed = true;
                case "CANCELED", "FINISHED" -> {}
                default -> {
                    return job;
                }
            }
        }
        if (failed) {
            vitals.requireNotFailed();
        }
        return MissingNode.getInstance();
    }
}
