package io.millrace.local.chaos.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.Uids;
import io.millrace.local.stack.FlinkRest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Finds who runs the submitter, by Flink's REST. */
record SubmitterSearch(FlinkRest rest) {

    /**
     * Which of {@code taskManagers} runs the submitter of {@code job} now, if one does.
     *
     * @param taskManagers names; Flink's ids begin with them
     */
    Optional<String> find(String job, List<String> taskManagers)
            throws IOException, InterruptedException {
        String path = "/jobs/" + job;
        for (JsonNode vertex : rest.get(path).path("vertices")) {
            if (vertex.path("name").asText().contains(Uids.SUBMIT)) {
                String id =
                        rest.get(path + "/vertices/" + vertex.path("id").asText())
                                .path("subtasks")
                                .path(0)
                                .path("taskmanager-id")
                                .asText();
                Optional<String> found =
                        taskManagers.stream().filter(name -> id.startsWith(name + "-")).findFirst();
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }
}
