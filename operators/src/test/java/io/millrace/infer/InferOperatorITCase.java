package io.millrace.infer;

import static io.millrace.testing.RequestBuilder.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admit.Task;
import io.millrace.admit.TokenCounter;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.testing.FakeSigners;
import io.millrace.testing.Models;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real model in a Flink cluster: shipped factory, two subtasks, two providers. */
@Timeout(120)
@SuppressWarnings("try") // the iterator declares that closing throws any Exception
class InferOperatorITCase {

    @Test
    void job_realModel_answersEveryTaskOnce(@TempDir Path keys) throws Exception {
        List<ProviderKey> providers = new ArrayList<>();
        for (int account = 1; account <= 2; account++) {
            Path file = keys.resolve("provider-" + account);
            Files.writeString(file, Hex.encode(Keccak.hashUtf8("provider " + account)));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            providers.add(new ProviderKey(account, file.toString()));
        }
        InferOptions options =
                new InferOptions(
                        8,
                        1_024,
                        2_048,
                        DeviceOptions.cpu(1),
                        60_000,
                        3_600_000,
                        Models.DIRECTORY.toString(),
                        providers,
                        new Eip712Domain(901, "0x" + "ab".repeat(20)));
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        StreamExecutionEnvironment flink =
                StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
        flink.enableCheckpointing(200);

        List<Outcome> outcomes = new ArrayList<>();
        try (CloseableIterator<Outcome> results =
                flink.fromData(tasks(), TypeInformation.of(Task.class))
                        .rebalance()
                        .transform(
                                "infer",
                                TypeInformation.of(Outcome.class),
                                new InferOperatorFactory(options, FakeSigners.SILENT))
                        .executeAndCollect("infer")) {
            results.forEachRemaining(outcomes::add);
        }

        assertThat(outcomes)
                .extracting(outcome -> outcome.terms().requestId())
                .doesNotHaveDuplicates()
                .hasSize(60);
        assertThat(outcomes)
                .allSatisfy(
                        outcome -> {
                            assertThat(outcome.status())
                                    .as(outcome.detail())
                                    .isEqualTo(OutcomeStatus.ANSWERED);
                            assertThat(outcome.output().vectors().get(0)).hasSize(384);
                        });
        assertThat(outcomes).extracting(Outcome::providerAccount).contains(1, 2).containsOnly(1, 2);
    }

    private static List<Task> tasks() {
        List<Task> tasks = new ArrayList<>();
        try (TokenCounter counter =
                new DjlTokenCounterFactory(Models.DIRECTORY.toString()).open(Models.MINILM.id())) {
            for (int i = 0; i < 60; i++) {
                String input = "the mill turns ".repeat(1 + i % 10) + i;
                long now = System.currentTimeMillis();
                tasks.add(
                        request("request " + i)
                                .requester(i % 4, "0x" + ("0" + i % 4).repeat(20))
                                .model(Models.MINILM.id())
                                .input(input, counter.count(input))
                                .price(20_000_000, 1)
                                .feeNano(1_000)
                                .deadlineMillis(now + 600_000)
                                .appendMillis(now)
                                .at(0, i)
                                .task());
            }
        }
        return tasks;
    }
}
