package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.runtime.partitioner.ForwardPartitioner;
import org.junit.jupiter.api.Test;

class InferenceSettlementJobTest {

    /**
     * What savepoints out there are keyed by. A change here is a breaking change and belongs in the
     * changelog.
     */
    private static final List<String> PINNED =
            List.of(
                    "admit",
                    "allocate",
                    "allocated",
                    "charges-back",
                    "charges-encoded",
                    "epochs-back",
                    "epochs-encoded",
                    "epochs-out",
                    "evidence-encoded",
                    "funds-charged",
                    "funds-events",
                    "funds-idle",
                    "gate",
                    "gate-keeper",
                    "infer",
                    "invalid-encoded",
                    "marks-encoded",
                    "meter",
                    "money-out",
                    "promised",
                    "receipts",
                    "receipts-encoded",
                    "receipts-out",
                    "rejections-encoded",
                    "rejections-out",
                    "request-clock",
                    "request-positions",
                    "requests",
                    "requests-accounted",
                    "results-encoded",
                    "results-out",
                    "seal",
                    "shard-cut",
                    "submit",
                    "ticks",
                    "ticks-out",
                    "validate",
                    "vault-events",
                    "vault-idle",
                    "vault-positions");

    private static StreamGraph graph(String mode) {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(JobDefaults.flink());
        env.enableCheckpointing(1000);
        JobConfig config = JobConfig.fromMap(JobConfigTest.leastWith("results.mode", mode), 2);
        InferenceSettlementJob.topology(env, Endpoints.of(config), config);
        return env.getStreamGraph(false);
    }

    @Test
    void uids_areWhatSavepointsKnow() throws IllegalAccessException {
        TreeSet<String> values = new TreeSet<>();
        for (var field : Uids.class.getDeclaredFields()) {
            values.add((String) field.get(null));
        }
        assertThat(values).containsExactlyElementsOf(PINNED);
    }

    @Test
    void topology_everyStatefulStep_hasUidAndName() {
        for (String mode : List.of("immediate", "committed")) {
            assertThat(graph(mode).getStreamNodes())
                    .filteredOn(node -> node.getTransformationUID() == null)
                    .extracting(StreamNode::getOperatorName)
                    .as("steps without uid, results " + mode)
                    .isEmpty();
        }
    }

    @Test
    void topology_immediateResults_haveASinkOfTheirOwn() {
        assertThat(uids(graph("immediate"))).contains(Uids.RESULTS_OUT);
        assertThat(uids(graph("committed"))).doesNotContain(Uids.RESULTS_OUT);
    }

    /** One subtask of the sink gets both of a charge, and has one transaction a checkpoint. */
    @Test
    void topology_evidence_leavesByTheTransactionOfItsCharge() {
        for (String mode : List.of("immediate", "committed")) {
            StreamGraph graph = graph(mode);
            List<StreamEdge> edges =
                    graph.getStreamNodes().stream()
                            .filter(
                                    node ->
                                            List.of(Uids.CHARGES_ENCODED, Uids.EVIDENCE_ENCODED)
                                                    .contains(node.getTransformationUID()))
                            .flatMap(node -> node.getOutEdges().stream())
                            .toList();
            assertThat(edges)
                    .hasSize(2)
                    .allMatch(edge -> edge.getPartitioner() instanceof ForwardPartitioner)
                    .extracting(
                            edge -> graph.getStreamNode(edge.getTargetId()).getTransformationUID())
                    .containsOnly(Uids.MONEY_OUT);
        }
    }

    @Test
    void topology_orderedSteps_runOnce() {
        List<String> once =
                Arrays.asList(Uids.SEAL, Uids.SUBMIT, Uids.VAULT_EVENTS, Uids.EPOCHS_BACK);
        assertThat(graph("immediate").getStreamNodes())
                .filteredOn(node -> once.contains(node.getTransformationUID()))
                .hasSize(once.size())
                .allMatch(node -> node.getParallelism() == 1);
    }

    /** They meet in the memory of one process: apart, no request would ever be read. */
    @Test
    void topology_gate_runsBesideTheSourceItMoves() {
        List<String> together = List.of(Uids.REQUESTS, Uids.GATE);
        assertThat(graph("immediate").getStreamNodes())
                .filteredOn(node -> together.contains(node.getTransformationUID()))
                .hasSize(2)
                .allMatch(node -> Uids.GATE.equals(node.getCoLocationGroup()))
                .extracting(StreamNode::getParallelism)
                .containsOnly(2);
    }

    @Test
    void start_unalignedCheckpoints_isRefused() {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
        env.enableCheckpointing(1000);
        env.getCheckpointConfig().enableUnalignedCheckpoints();
        assertThatThrownBy(() -> JobDefaults.requireExactlyOnce(env))
                .hasMessageContaining("unaligned")
                .hasMessageContaining("execution.checkpointing.unaligned");
    }

    @Test
    void start_withoutCheckpoints_isRefused() {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
        assertThatThrownBy(() -> JobDefaults.requireExactlyOnce(env))
                .hasMessageContaining("off")
                .hasMessageContaining("execution.checkpointing.interval");
    }

    /**
     * What the web UI shows, in the order of the flow: with more boxes it could not be read at its
     * default zoom. A stage that must not wait for another's (submit for the chain) has a chain of
     * its own.
     */
    @Test
    void topology_vertices_areThoseOfTheFlow() {
        List<String> names = new ArrayList<>();
        for (JobVertex vertex :
                graph("immediate").getJobGraph().getVerticesSortedTopologicallyFromSources()) {
            names.add(vertex.getName());
        }
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "Source: requests -> requests-accounted -> request-positions",
                        "Source: vault-events -> vault-positions -> vault-idle -> funds-events",
                        "Source: charges-back -> funds-charged -> funds-idle",
                        "validate -> invalid-encoded",
                        "admit -> (allocate, promised, rejections-encoded)",
                        "gate-keeper",
                        "gate",
                        "allocated -> infer",
                        "meter -> (charges-encoded, evidence-encoded, results-encoded ->"
                                + " results-out: Writer -> results-out: Committer)",
                        "shard-cut",
                        "seal -> (marks-encoded, epochs-encoded)",
                        "receipts -> receipts-encoded",
                        "rejections-out: Writer -> rejections-out: Committer",
                        "money-out: Writer -> money-out: Committer",
                        "epochs-out: Writer -> epochs-out: Committer",
                        "receipts-out: Writer -> receipts-out: Committer",
                        "Source: epochs-back -> submit",
                        "Source: ticks -> request-clock -> ticks-out: Writer -> ticks-out:"
                                + " Committer");
    }

    private static List<String> uids(StreamGraph graph) {
        return graph.getStreamNodes().stream()
                .map(StreamNode::getTransformationUID)
                .filter(uid -> uid != null)
                .map(uid -> uid.replaceFirst("Writer$", ""))
                .collect(Collectors.toList());
    }
}
