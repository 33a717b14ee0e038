package io.millrace.local.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.chaos.sign.AlarmRule;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.JobMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How an engine does, at one look.
 *
 * @param state of the job, as Flink names it; NONE where there is no job
 * @param uptimeMillis since the job's submission
 * @param restarts since then
 * @param checkpoint the newest complete one
 * @param failedCheckpoints since the job's submission
 * @param metrics by the engine's names
 * @param atMillis when it was, Unix time
 */
record StackStatus(
        String state,
        long uptimeMillis,
        long restarts,
        Checkpoint checkpoint,
        long failedCheckpoints,
        Map<String, JobMetrics.Value> metrics,
        long atMillis) {

    private static final List<String> SHOWN =
            List.of(
                    "admit.validated",
                    "admit.admitted",
                    "admit.gateReason",
                    "admit.gateClosedMillis",
                    "infer.inFlightRows",
                    "infer.tokens",
                    "infer.paddedTokens",
                    "infer.rows",
                    "infer.batches",
                    "meter.answered",
                    "meter.expired",
                    "meter.failed",
                    "meter.debitNano",
                    "settle.epochs",
                    "submit.unsettledParts",
                    "submit.unsettledNano",
                    "submit.oldestUnsettledMillis",
                    "submit.settledParts",
                    "submit.gasUsed",
                    "submit.signerBalanceWei",
                    "chain.scannedBlock",
                    "chain.finalLagBlocks");

    /**
     * A complete checkpoint.
     *
     * @param ageMillis since it completed, -1 if there is none yet
     */
    record Checkpoint(long ageMillis, long tookMillis, long bytes) {

        static final Checkpoint NONE = new Checkpoint(-1, 0, 0);
    }

    /** One that is on. */
    record Alarm(String metric, long value) {}

    /** Asks Flink. A job that has just started may have no metrics yet. */
    static StackStatus of(FlinkRest rest) throws IOException, InterruptedException {
        List<String> wanted =
                Stream.concat(SHOWN.stream(), AlarmRule.ALL.stream().map(AlarmRule::metric))
                        .distinct()
                        .toList();
        long now = System.currentTimeMillis();
        JsonNode job = newest(rest.get("/jobs/overview").path("jobs"));
        if (job.isMissingNode()) {
            return new StackStatus("NONE", 0, 0, Checkpoint.NONE, 0, Map.of(), now);
        }
        String path = "/jobs/" + job.path("jid").asText();
        JsonNode checkpoints = rest.get(path + "/checkpoints");
        JsonNode newest = checkpoints.path("latest").path("completed");
        JsonNode restarts = rest.get(path + "/metrics?get=numRestarts");
        return new StackStatus(
                job.path("state").asText(),
                job.path("duration").asLong(),
                restarts.path(0).path("value").asLong(),
                newest.path("id").isNumber()
                        ? new Checkpoint(
                                now - newest.path("latest_ack_timestamp").asLong(),
                                newest.path("end_to_end_duration").asLong(),
                                newest.path("checkpointed_size").asLong())
                        : Checkpoint.NONE,
                checkpoints.path("counts").path("failed").asLong(),
                new JobMetrics(rest, wanted).now(),
                now);
    }

    private static JsonNode newest(JsonNode jobs) {
        JsonNode newest = jobs.path(0);
        for (JsonNode job : jobs) {
            if (job.path("start-time").asLong() > newest.path("start-time").asLong()) {
                newest = job;
            }
        }
        return newest;
    }

    boolean healthy() {
        return state.equals("RUNNING") && alarms().isEmpty();
    }

    /** Those that one look can tell: for others a value has to stay where it is. */
    List<Alarm> alarms() {
        List<Alarm> on = new ArrayList<>();
        for (AlarmRule rule : AlarmRule.ALL) {
            long value = max(rule.metric());
            if (rule.heldMillis() == 0 && value > rule.most()) {
                on.add(new Alarm(rule.metric(), value));
            }
        }
        return on;
    }

    /** For programs. */
    ObjectNode toJson() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("state", state).put("healthy", healthy());
        json.put("uptimeMillis", uptimeMillis).put("restarts", restarts);
        ObjectNode newest = json.putObject("checkpoint");
        newest.put("ageMillis", checkpoint.ageMillis).put("tookMillis", checkpoint.tookMillis);
        newest.put("bytes", checkpoint.bytes).put("failed", failedCheckpoints);
        ObjectNode values = json.putObject("metrics");
        new TreeMap<>(metrics)
                .forEach(
                        (metric, value) ->
                                values.putObject(metric)
                                        .put("max", value.max())
                                        .put("sum", value.sum()));
        ArrayNode on = json.putArray("alarms");
        alarms().forEach(
                        alarm ->
                                on.addObject()
                                        .put("metric", alarm.metric())
                                        .put("value", alarm.value()));
        return json;
    }

    /** Of all subtasks, 0 where nobody reports it. */
    long max(String metric) {
        JobMetrics.Value value = metrics.get(metric);
        return value == null ? 0 : value.max();
    }

    /** Over all subtasks, 0 where nobody reports it. */
    long sum(String metric) {
        JobMetrics.Value value = metrics.get(metric);
        return value == null ? 0 : value.sum();
    }
}
