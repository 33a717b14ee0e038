package io.millrace.local.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.LocalStack;
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

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final LocalStack stack;
    private final FlinkRest rest;
    private final TopicWatch topics;
    private final FinalityWatch finality;
    private final Clock clock;
    private final Duration limit;

    private int restarts;

    /**
     * @param limit that a recovery may take
     */
    Health(
            LocalStack stack,
            FlinkRest rest,
            TopicWatch topics,
            FinalityWatch finality,
            Clock clock,
            Duration limit) {
        this.stack = stack;
        this.rest = rest;
        this.topics = topics;
        this.finality = finality;
        this.clock = clock;
        this.limit = limit;
    }

    /** Processes that ended without being killed by a fault, and were started again. */
    int restarts() {
        return restarts;
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
                    finalBefore = finality.check();
                }
                missing = missing(since);
                if (missing.isEmpty() && chargesBefore < 0) {
                    chargesBefore = topics.charges();
                } else if (missing.isEmpty()) {
                    boolean charges = topics.charges() > chargesBefore;
                    if (charges && finality.check() > finalBefore) {
                        return;
                    }
                    missing = charges ? "no block becomes final" : "no charge becomes visible";
                }
            } catch (IOException e) {
                missing = String.valueOf(e.getMessage());
            }
            if (System.nanoTime() > deadline) {
                throw new StackException(
                        "after "
                                + what
                                + " the stack does not work again within "
                                + limit.toSeconds()
                                + " s: "
                                + missing);
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
    }

    /** Starts again what has ended by itself. */
    void restartEnded() throws Exception {
        restarts += stack.restartEnded().size();
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
                rest.get("/jobs/" + running.path("jid").asText() + "/checkpoints")
                        .path("latest")
                        .path("completed")
                        .path("trigger_timestamp")
                        .asLong();
        return completed >= since ? "" : "no checkpoint completes";
    }

    /** The overview of the job that has not ended, or a missing node if there is none. */
    private JsonNode running() throws Exception {
        boolean failed = false;
        for (JsonNode job : rest.get("/jobs/overview").path("jobs")) {
            switch (job.path("state").asText()) {
                case "FAILED" -> failed = true;
                case "CANCELED", "FINISHED" -> {}
                default -> {
                    return job;
                }
            }
        }
        if (failed) {
            stack.job().requireNotFailed();
        }
        return MissingNode.getInstance();
    }
}
