package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.topic.Topics;
import io.millrace.local.client.RequestProducer;
import io.millrace.local.client.Traffic;
import io.millrace.local.page.StackPage;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.TestStack;
import io.millrace.local.watch.Dashboards;
import io.millrace.local.watch.Prometheus;
import io.millrace.unit.Secp256k1;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator sees of a running engine: a real Prometheus asks it, each query of each
 * dashboard has an answer in numbers, and alerts fire with their faults.
 *
 * <p>Alerts whose fault a shared stack cannot have within seconds are not fired here; each, these
 * too, is held to its limit and its delay by Prometheus' own unit tests, in k8s/test.
 */
class WatchingITCase {

    // Of some, such as the gas of what is final on chain, a busy machine has numbers only late.
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int FLOOD = 1_100; // more than the alerts of floods let pass
    private static final String INFER = "flink_taskmanager_job_task_operator_infer_";
    private static final String METER = "flink_taskmanager_job_task_operator_meter_";
    private static final BigInteger GAS_MONEY = BigInteger.TEN.pow(18);

    @RegisterExtension private static final TestStack STACK = new TestStack();

    @TempDir private Path folder;

    @Test
    void queries_ofEveryPanel_haveNumbersOfARunningStack() throws Exception {
        LocalStack stack = STACK.get();
        Map<String, String> open = new TreeMap<>(Dashboards.queries("20s"));
        assertThat(open).hasSizeGreaterThan(90);
        try (StackClient client = StackClient.fromNowOn(stack);
                Prometheus prometheus = watch(stack)) {
            try (SteadyTraffic traffic = new SteadyTraffic(client, stack.file().requesters())) {
                traffic.start();
                await("numbers for each query")
                        .atMost(LIMIT)
                        .untilAsserted(
                                () -> {
                                    for (var query : Map.copyOf(open).entrySet()) {
                                        if (!prometheus.values(query.getValue()).isEmpty()) {
                                            open.remove(query.getKey());
                                        }
                                    }
                                    assertThat(open).as("queries without a number").isEmpty();
                                });
            }
            client.awaitSettled();
            assertSumsAgree(prometheus);
            assertNobodyIsNamed(stack);
        }
    }

    @Test
    void alerts_withTheirFaults_fireAndLeadToTheRunbook() throws Exception {
        LocalStack stack = STACK.get();
        try (StackClient client = StackClient.fromNowOn(stack);
                Prometheus prometheus = watch(stack);
                KafkaProducer<byte[], byte[]> stranger = stranger(stack)) {
            // What rises is seen to rise only by who has seen it before.
            await("the engine was asked")
                    .atMost(LIMIT)
                    .until(() -> !prometheus.values(INFER + "rows offset 2s").isEmpty());
            flood(client, stack);
            awaitFiring(prometheus, "MillraceForgedRequests", "MillraceMalformedRequests");

            stranger.initTransactions();
            stranger.beginTransaction();
            stranger.send(new ProducerRecord<>(Topics.REQUESTS, "{}".getBytes(UTF_8))).get();
            awaitFiring(prometheus, "MillraceTransactionsEnded");

            withoutGasMoney(
                    stack,
                    () -> {
                        client.send(4);
                        awaitFiring(
                                prometheus,
                                "MillraceSettlerOutOfFunds",
                                "MillraceSettlerLowOnFunds");
                        assertPageTellsWhatToDo(() -> StackPage.start(stack, prometheus.uri()));
                        assertPageTellsWhatToDo(() -> StackPage.start(stack));
                    });

            stack.chain().pause();
            try {
                client.send(4);
                awaitFiring(prometheus, "MillraceSubmitterWaits", "MillraceGateChainSilent");
            } finally {
                stack.chain().resume();
            }
            client.awaitSettled();
            assertThat(client.audit().checks()).allMatch(check -> check.ok());
        }
    }

    /** In the runbook's words, whether a Prometheus told it or the stack itself. */
    private static void assertPageTellsWhatToDo(Callable<StackPage> start) throws Exception {
        try (StackPage page = start.call()) {
            await("the page tells the alarm")
                    .atMost(LIMIT)
                    .untilAsserted(
                            () ->
                                    assertThat(get(page.uri().resolve("/api/alarms")))
                                            .contains("\"watched\":true", "\"failure\":\"\"")
                                            .contains("\"metric\":\"submit.outOfFunds\"")
                                            .contains("send it native currency"));
        }
    }

    private static String get(URI uri) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }

    /** What is told by model is all of it, whichever subtask counted it. */
    private static void assertSumsAgree(Prometheus prometheus) {
        await("what is told by model")
                .atMost(LIMIT)
                .untilAsserted(
                        () -> {
                            assertSame(prometheus, INFER + "rows", INFER + "model_rows");
                            // A list of texts is many rows, and one answer.
                            for (String same :
                                    List.of(
                                            "model_latencyMillis_count",
                                            "model_latencyMillis_le_bucket{le=\"+Inf\"}")) {
                                assertSame(prometheus, METER + "answered", INFER + same);
                            }
                        });
    }

    private static void assertSame(Prometheus prometheus, String metric, String other)
            throws Exception {
        List<Double> sum = prometheus.values("sum(" + metric + ")");
        assertThat(sum).as(metric).hasSize(1);
        assertThat(prometheus.values("sum(" + other + ")")).as(other).isEqualTo(sum);
    }

    private static void assertNobodyIsNamed(LocalStack stack) throws Exception {
        URI metrics = URI.create("http://127.0.0.1:" + stack.ports().metrics() + "/metrics");
        String exported = get(metrics).toLowerCase(Locale.ROOT);
        assertThat(exported).contains("infer_model_rows");
        assertThat(stack.file().requesters())
                .as("requesters in a label")
                .map(requester -> requester.address().toLowerCase(Locale.ROOT).substring(2))
                .noneMatch(exported::contains);
    }

    private Prometheus watch(LocalStack stack) throws Exception {
        return Prometheus.start(folder, stack.ports().metrics(), Dashboards.alertsWithoutDelay());
    }

    private static void awaitFiring(Prometheus prometheus, String... names) {
        await("firing: " + String.join(", ", names))
                .atMost(LIMIT)
                .untilAsserted(
                        () -> {
                            List<JsonNode> firing = prometheus.firing();
                            assertThat(firing)
                                    .map(alert -> alert.path("labels").path("alertname").asText())
                                    .contains(names);
                            assertThat(firing)
                                    .map(alert -> alert.path("annotations").path("runbook"))
                                    .allMatch(link -> link.asText().startsWith("jobs/RUNBOOK.md#"));
                        });
    }

    /** Requests that are no requests, and such as somebody has changed after they were signed. */
    private static void flood(StackClient client, LocalStack stack) throws Exception {
        String signed = new String(client.sign(stack.file().requesters().get(0)).value(), UTF_8);
        String forged = signed.replace("Call me Ishmael", "Call me Ahab");
        assertThat(forged).isNotEqualTo(signed);
        try (RequestProducer producer = RequestProducer.open(stack.file().bootstrapServers())) {
            for (int i = 0; i < FLOOD; i++) {
                for (String text : List.of("{", forged)) {
                    var unused =
                            producer.send(new Traffic.Item("", text.getBytes(UTF_8), "", null));
                }
            }
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void withoutGasMoney(LocalStack stack, Work work) throws Exception {
        Path key = Path.of(stack.file().jobOptions().get("settle.signer.key.file"));
        String settler = Secp256k1.address(KeyFile.read(key));
        try (EvmSession chain = new EvmSession(stack.file().rpcUrl(), stack.file().chainId())) {
            chain.setBalance(settler, BigInteger.ZERO);
            try {
                work.run();
            } finally {
                chain.setBalance(settler, GAS_MONEY);
            }
        }
    }

    /** Holds what follows it back until the engine ends its transaction. */
    private static KafkaProducer<byte[], byte[]> stranger(LocalStack stack) {
        return new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        stack.file().bootstrapServers(),
                        "transactional.id",
                        "stranger"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}
