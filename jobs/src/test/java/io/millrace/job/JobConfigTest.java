package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.event.LogsCheck;
import io.millrace.chain.submit.VaultIdentity;
import io.millrace.infer.device.Device;
import io.millrace.infer.device.DeviceOptions;
import io.millrace.job.topic.Brokers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.junit.jupiter.api.Test;

class JobConfigTest {

    private static Map<String, String> least() {
        Map<String, String> options = new HashMap<>();
        options.put("kafka.bootstrap.servers", "127.0.0.1:9092");
        options.put("chain.rpc.urls", "http://127.0.0.1:8545");
        options.put("chain.id", "31337");
        options.put("vault.address", "0x00000000000000000000000000000000000000AA");
        options.put("vault.code.hash", "0x" + "Cc".repeat(32));
        options.put("token.address", "0x00000000000000000000000000000000000000DD");
        options.put("registry.address", "0x00000000000000000000000000000000000000bb");
        options.put("settle.signer.key.file", "/etc/millrace/settler.key");
        options.put("provider.accounts", "1;2");
        options.put("provider.key.files", "/etc/millrace/p1.key;/etc/millrace/p2.key");
        options.put("models.dir", "/opt/millrace/models");
        return options;
    }

    static Map<String, String> leastWith(String key, String value) {
        Map<String, String> options = least();
        options.put(key, value);
        return options;
    }

    @Test
    void config_leastOptions_hasDefaults() {
        JobConfig config = JobConfig.fromMap(least(), 2);
        assertThat(config.results()).isEqualTo(ResultsMode.IMMEDIATE);
        assertThat(config.parallelism()).isEqualTo(new JobConfig.Parallelism(2, 2, 2, 2));
        assertThat(config.settle().shardDepth()).isEqualTo(4);
        assertThat(config.chain().domain().vault())
                .isEqualTo("0x00000000000000000000000000000000000000aa");
        assertThat(config.admit().horizon()).isEqualTo(Duration.ofHours(1));
        assertThat(config.admit().maxUnsettledNano())
                .as("a thousand dollars; unlimited would be no limit")
                .isEqualTo(1_000_000_000_000L);
        assertThat(config.admit().maxChainAge())
                .as("below the hour that Deploy.s.sol gives a price's notice")
                .isEqualTo(Duration.ofMinutes(45));
    }

    private static Map<String, String> everyOption() {
        Map<String, String> options = least();
        options.put("kafka.client.file", "/etc/kafka/client.properties");
        options.put("kafka.transaction.prefix", "east");
        options.put("kafka.transaction.timeout", "10 min");
        options.put("kafka.tick.interval", "1 s");
        options.put("chain.rpc.urls", "http://127.0.0.1:8545;https://node.example/v2/token");
        options.put("kafka.start.offsets", "inference.requests-0:42,inference.requests-1:7");
        options.put("kafka.lost.requests", "inference.requests-1:9");
        options.put("kafka.topic.ids", "inference.requests:q1Sh9-_3E0aB");
        options.put("chain.start.block", "17");
        options.put("chain.finality", "12");
        options.put("chain.poll.interval", "500 ms");
        options.put("chain.logs.check", "receipts");
        options.put("settle.signer.low.wei", "12");
        options.put("chain.transaction.max.gas", "32000000");
        options.put("settle.tip.max.wei", "34");
        options.put("results.mode", "committed");
        options.put("admit.horizon", "2 h");
        options.putAll(Map.of("admit.max.record.bytes", "1000", "admit.max.unsettled.nano", "77"));
        options.put("admit.max.unsettled.parts", "99");
        options.put("admit.max.chain.age", "20 min");
        options.put("requests.max.open.transaction", "15 s");
        options.put("infer.batch.max.rows", "8");
        options.put("infer.batch.max.tokens", "512");
        options.put("infer.in-flight.max.tokens", "4096");
        options.put("infer.device", "tensorrt:1");
        options.put("infer.tensorrt.cache.dir", "/engines");
        options.put("infer.threads", "2");
        options.put("infer.batch.max.run", "30 s");
        options.put("infer.model.max.idle", "40 s");
        options.put("settle.shard.depth", "3");
        options.put("epoch.cut.every.checkpoints", "2");
        options.put("epoch.heartbeat.cuts", "9");
        options.put("settle.dust.min.nano", "1000");
        options.put("settle.dust.max.cuts", "7");
        options.put("settle.part.max.gas", "9000000");
        options.put("settle.part.max.bytes", "90000");
        options.put("parallelism.admit", "1");
        options.put("parallelism.infer", "3");
        options.put("parallelism.meter", "5");
        options.put("parallelism.settle", "6");
        return options;
    }

    @Test
    void config_everyOption_isMapped() {
        Map<String, String> options = everyOption();
        assertThat(options.keySet())
                .as("every option has a value here")
                .hasSameSizeAs(JobOptions.ALL);

        JobConfig config = JobConfig.fromMap(options, 2);
        assertThat(config.kafka())
                .isEqualTo(
                        new JobConfig.Kafka(
                                new Brokers("127.0.0.1:9092", "/etc/kafka/client.properties"),
                                "east",
                                Duration.ofMinutes(10),
                                Duration.ofSeconds(1),
                                Map.of("inference.requests-0", 42L, "inference.requests-1", 7L),
                                Map.of("inference.requests-1", 9L),
                                Map.of("inference.requests", "q1Sh9-_3E0aB")));
        assertThat(config.chain().rpcUrls())
                .containsExactly("http://127.0.0.1:8545", "https://node.example/v2/token");
        assertThat(config.chain().logsCheck()).isEqualTo(LogsCheck.RECEIPTS);
        assertThat(config.chain().startBlock()).isEqualTo(17);
        assertThat(config.chain().finality()).isEqualTo("12");
        assertThat(config.chain().pollInterval()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.chain().vault())
                .isEqualTo(
                        new VaultIdentity(
                                31337,
                                "0x" + "cc".repeat(32),
                                "0x00000000000000000000000000000000000000dd"));
        assertThat(config.chain().settlerLowWei()).isEqualTo(12);
        assertThat(config.chain().maxTransactionGas()).isEqualTo(32_000_000);
        assertThat(config.chain().maxTipWei()).isEqualTo(34);
        assertThat(config.results()).isEqualTo(ResultsMode.COMMITTED);
        assertThat(config.admit())
                .isEqualTo(
                        new JobConfig.Admit(
                                Duration.ofHours(2),
                                1000,
                                77,
                                99,
                                Duration.ofMinutes(20),
                                Duration.ofSeconds(15)));
        assertThat(config.infer())
                .isEqualTo(
                        new JobConfig.Infer(
                                "/opt/millrace/models",
                                List.of(1, 2),
                                List.of("/etc/millrace/p1.key", "/etc/millrace/p2.key"),
                                8,
                                512,
                                4096,
                                new DeviceOptions(Device.parse("tensorrt:1"), 2, "/engines"),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(40)));
        assertThat(config.settle())
                .isEqualTo(new JobConfig.Settle(3, 2, 9, 1000, 7, 9_000_000, 90_000));
        assertThat(config.parallelism()).isEqualTo(new JobConfig.Parallelism(1, 3, 5, 6));
    }

    @Test
    void config_unknownKey_isNamed() {
        assertThatThrownBy(() -> JobConfig.fromMap(leastWith("parallelisim", "4"), 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--parallelisim")
                .hasMessageContaining("parallelism.admit");
    }

    @Test
    void config_missingKey_isNamedWithItsMeaning() {
        for (ConfigOption<?> option : JobOptions.ALL) {
            Map<String, String> options = least();
            if (options.remove(option.key()) == null) {
                continue;
            }
            assertThatThrownBy(() -> JobConfig.fromMap(options, 2))
                    .hasMessage(
                            "--" + option.key() + " is missing: " + JobConfig.meaningOf(option));
        }
        assertThat(JobConfig.meaningOf(JobOptions.REGISTRY_ADDRESS)).isEqualTo("ModelRegistry.");
    }

    @Test
    void config_wrongEndpoint_isNamedWithoutItsToken() {
        for (String wrong : List.of("http://a;http://a", "http://a;htp://b/token", "x token")) {
            assertThatThrownBy(() -> JobConfig.fromMap(leastWith("chain.rpc.urls", wrong), 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("--chain.rpc.urls")
                    .message()
                    .doesNotContain("token");
        }
    }

    @Test
    void config_wrongValue_isRejected() {
        Map<String, String> wrong =
                Map.ofEntries(
                        Map.entry("provider.accounts", "1"),
                        Map.entry("settle.shard.depth", "11"),
                        Map.entry("epoch.cut.every.checkpoints", "0"),
                        Map.entry("chain.finality", "soon"),
                        Map.entry("chain.logs.check", "sometimes"),
                        Map.entry("chain.rpc.urls", "ftp://node.example"),
                        Map.entry("results.mode", "sometimes"),
                        Map.entry("vault.address", "0x12"),
                        Map.entry("vault.code.hash", "0x12"),
                        Map.entry("token.address", "usd"),
                        Map.entry("settle.signer.low.wei", "-1"),
                        Map.entry("settle.tip.max.wei", "-1"),
                        Map.entry("chain.transaction.max.gas", "16000000"),
                        Map.entry("chain.id", "-1"),
                        Map.entry("parallelism.infer", "0"),
                        Map.entry("kafka.tick.interval", "0 s"),
                        Map.entry("admit.max.unsettled.nano", "0"),
                        Map.entry("admit.max.unsettled.parts", "0"),
                        Map.entry("admit.max.chain.age", "0 s"),
                        Map.entry("requests.max.open.transaction", "0 s"),
                        Map.entry("infer.batch.max.run", "0 s"),
                        Map.entry("infer.model.max.idle", "0 s"),
                        Map.entry("infer.device", "gpu"),
                        Map.entry("kafka.start.offsets", "inference.requests:x"),
                        Map.entry("kafka.lost.requests", "inference.charges-0:7"),
                        Map.entry("settle.dust.min.nano", "-1"));
        wrong.forEach(
                (key, value) ->
                        assertThatThrownBy(() -> JobConfig.fromMap(leastWith(key, value), 2))
                                .as(key + "=" + value)
                                .isInstanceOf(IllegalArgumentException.class));
    }
}
