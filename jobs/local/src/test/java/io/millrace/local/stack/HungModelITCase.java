package io.millrace.local.stack;

import static io.millrace.testing.RequestBuilder.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.admit.Task;
import io.millrace.infer.InferOperatorFactory;
import io.millrace.infer.InferOptions;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeStatus;
import io.millrace.infer.ProviderKey;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.testing.FakeModelEngine;
import io.millrace.testing.FakeSigners;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model that does not come back, on a TaskManager that is a process of its own. */
@Timeout(240)
@SuppressWarnings("try") // the iterator declares that closing throws any Exception
class HungModelITCase {

    private static final int TASKS = 60;

    /** The job fails after a second or two, starts again, and that start ends the process. */
    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir private Path folder;

    private Path hangs;

    @BeforeEach
    void hang() throws IOException {
        hangs = Files.createFile(folder.resolve("hangs"));
    }

    /** A call that never returned held all inference of a node up, and nothing ended it. */
    @Test
    void taskManager_modelHangs_endsAndTheNextOneGivesEveryOutcomeOnce() throws Exception {
        List<Integer> free = Ports.free(7);
        StackPorts ports = StackPorts.of(free);
        try (ProcessCluster cluster =
                new ProcessCluster(
                        folder, folder.resolve("logs"), new ProcessCluster.Size(1, 1), ports)) {
            cluster.start();
            StackProcess taskManager = cluster.taskManagers().get(0);

            try (CloseableIterator<Outcome> results = outcomes(cluster)) {
                await("the TaskManager to end").atMost(BOUND).until(() -> !taskManager.isAlive());
                assertThat(hangs).as("the hang").doesNotExist();
                assertThatThrownBy(taskManager::requireAlive)
                        .hasMessageContaining("ended with exit code 255")
                        .hasMessageContaining("still hangs in native code");

                taskManager.start(); // as whatever looks after the processes does
                List<Outcome> outcomes = new ArrayList<>();
                results.forEachRemaining(outcomes::add);
                assertThat(outcomes)
                        .extracting(outcome -> outcome.terms().requestId())
                        .doesNotHaveDuplicates()
                        .hasSize(TASKS);
                assertThat(outcomes)
                        .extracting(Outcome::status)
                        .containsOnly(OutcomeStatus.ANSWERED);
            }
        }
    }

    private CloseableIterator<Outcome> outcomes(ProcessCluster cluster) throws Exception {
        Configuration settings = FlinkCluster.clientSettings(cluster.webUrl(), folder);
        StreamExecutionEnvironment flink = new StreamExecutionEnvironment(settings);
        flink.setParallelism(1);
        flink.enableCheckpointing(200);
        return flink.fromData(tasks(), TypeInformation.of(Task.class))
                .transform(
                        "infer",
                        TypeInformation.of(Outcome.class),
                        new InferOperatorFactory(
                                options(),
                                new HangingModelEngine(hangs),
                                Clock.systemUTC(),
                                FakeSigners.SILENT))
                .executeAndCollect("infer");
    }

    private InferOptions options() throws IOException {
        Path key = folder.resolve("provider");
        Files.writeString(key, Hex.encode(Keccak.hashUtf8("provider")));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        return new InferOptions(
                8,
                512,
                2_048,
                DeviceOptions.cpu(1),
                1_000,
                3_600_000,
                "models",
                List.of(new ProviderKey(1, key.toString())),
                new Eip712Domain(901, "0x" + "ab".repeat(20)));
    }

    private static List<Task> tasks() {
        long now = System.currentTimeMillis();
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            String input = i == TASKS / 2 ? HangingModelEngine.WORD : "task" + i;
            tasks.add(
                    request("request " + i)
                            .requester(i % 4, "0x" + ("0" + i % 4).repeat(20))
                            .model(FakeModelEngine.MODEL.id())
                            .input(input, 1)
                            .deadlineMillis(now + 600_000)
                            .appendMillis(now)
                            .at(0, i)
                            .task());
        }
        return tasks;
    }
}
