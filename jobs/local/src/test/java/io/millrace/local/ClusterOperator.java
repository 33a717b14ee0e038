package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.stack.FlinkMetrics;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.Installation;
import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.client.cli.CliFrontend;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Whoever operates a cluster: with Flink's command line and REST, the jars that the build leaves
 * for a cluster, and the job's options.
 */
final class ClusterOperator {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** What a cluster has from the job's jar, if at all, and not from Flink and the image. */
    private static final Pattern NOT_OF_THE_CLUSTER =
            Pattern.compile(
                    "/(org/web3j|org/apache/kafka|org/junit|com/fasterxml)/"
                            + "|/flink-(connector-kafka|state-processor)[^/]*$"
                            + "|/millrace-[^/]*$");

    /** The settings of its logs. */
    private static final String LAUNCHER = "/jobs/local/target/";

    /** Of Flink, as far as the cluster leaves them to the job. */
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "execution.checkpointing.interval",
                    "1 s",
                    "execution.checkpointing.timeout",
                    "1 min");

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Set<String> ENDED = Set.of("FAILED", "CANCELED", "FINISHED");
    private static final Pattern SUBMITTED = Pattern.compile("JobID ([0-9a-f]{32})");
    private static final Pattern SAVEPOINT = Pattern.compile("(?m)(?:Path: |^savepoint )(\\S+)$");

    private final Path folder;
    private final Path config;
    private final URI webUrl;
    private final Map<String, String> options;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, FlinkMetrics> metricsOf = new HashMap<>();
    private String jarId = "";
    private int runs;

    /**
     * Of the cluster whose settings lie in {@code config}.
     *
     * @param folder for what the programs write
     * @param options that the job is started with
     */
    ClusterOperator(Path folder, Path config, URI webUrl, Map<String, String> options) {
        this.folder = folder;
        this.config = config;
        this.webUrl = webUrl;
        this.options = new LinkedHashMap<>(options);
    }

    /** What processes of a cluster have: all of Flink and of the image, nothing of the job. */
    static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(
                        entry ->
                                entry.contains(LAUNCHER)
                                        ? !entry.contains("test-classes")
                                        : entry.endsWith(".jar")
                                                && !NOT_OF_THE_CLUSTER.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** A program that has ended. */
    record Ended(int exit, String output) {

        /** The savepoint that it names. */
        String savepoint() {
            Matcher named = SAVEPOINT.matcher(output);
            assertThat(named.find()).as(output).isTrue();
            return named.group(1);
        }
    }

    /** Changes an option of the job for all later starts. */
    void set(String option, String value) {
        options.put(option, value);
    }

    /** Takes an option back. */
    void unset(String option) {
        options.remove(option);
    }

    String option(String name) {
        return options.getOrDefault(name, "");
    }

    /** {@code flink run -s}; the job's id. */
    String run(@Nullable String savepoint) throws Exception {
        List<String> command = new ArrayList<>(List.of("run", "-d", "-p", "2"));
        SETTINGS.forEach((key, value) -> command.add("-D" + key + "=" + value));
        if (savepoint != null) {
            command.addAll(List.of("-s", savepoint));
        }
        command.add(jobJar().toString());
        options.forEach((key, value) -> command.addAll(List.of("--" + key, value)));
        Ended run = flink(command);
        assertThat(run.exit()).as(run.output()).isZero();
        Matcher submitted = SUBMITTED.matcher(run.output());
        assertThat(submitted.find()).as(run.output()).isTrue();
        return submitted.group(1);
    }

    /** The same over REST, which is quicker. */
    String start(String savepoint) throws Exception {
        HttpResponse<String> answer = submit(savepoint, Map.of());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return MAPPER.readTree(answer.body()).path("jobid").asText();
    }

    /** What the JobManager says to a start with other settings of Flink. */
    HttpResponse<String> submit(String savepoint, Map<String, String> more) throws Exception {
        if (jarId.isEmpty()) {
            jarId = upload();
        }
        Map<String, String> settings = new LinkedHashMap<>(SETTINGS);
        settings.putAll(more);
        List<String> arguments = new ArrayList<>();
        options.forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
        return send(
                "POST",
                "/jars/" + jarId + "/run",
                "application/json",
                BodyPublishers.ofByteArray(
                        MAPPER.writeValueAsBytes(
                                Map.of(
                                        "savepointPath",
                                        savepoint,
                                        "parallelism",
                                        2,
                                        "programArgsList",
                                        arguments,
                                        "flinkConfiguration",
                                        settings))));
    }

    private String upload() throws Exception {
        String begin =
                """
                --jar
                Content-Disposition: form-data; name="jarfile"; filename="job.jar"
                Content-Type: application/x-java-archive

                """
                        .replace("\n", "\r\n");
        HttpResponse<String> answer =
                send(
                        "POST",
                        "/jars/upload",
                        "multipart/form-data; boundary=jar",
                        BodyPublishers.concat(
                                BodyPublishers.ofString(begin),
                                BodyPublishers.ofFile(jobJar()),
                                BodyPublishers.ofString("\r\n--jar--\r\n")));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Path.of(MAPPER.readTree(answer.body()).path("filename").asText())
                .getFileName()
                .toString();
    }

    /** {@code flink stop}; the savepoint. */
    String stop(String... how) throws Exception {
        List<String> command = new ArrayList<>(List.of("stop"));
        command.addAll(List.of(how));
        command.add(runningJob());
        Ended stop = flink(command);
        assertThat(stop.exit()).as(stop.output()).isZero();
        return stop.savepoint();
    }

    /** Cancels the job that runs. */
    void cancel() throws Exception {
        String job = runningJob();
        send("PATCH", "/jobs/" + job, "application/json", BodyPublishers.noBody());
        awaitState(job, "CANCELED");
    }

    /** As with {@code curl}; whatever the node answers. */
    void callChain(String method, String parameter) throws Exception {
        http.send(
                HttpRequest.newBuilder(URI.create(option("chain.rpc.urls")))
                        .header("Content-Type", "application/json")
                        .POST(
                                BodyPublishers.ofString(
                                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[\"%s\"]}"
                                                .formatted(method, parameter)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> send(
            String method, String path, String type, HttpRequest.BodyPublisher body)
            throws Exception {
        return http.send(
                HttpRequest.newBuilder(webUrl.resolve(path))
                        .header("Content-Type", type)
                        .method(method, body)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** As {@code kafka-transactions.sh abort} does with what {@code find-hanging} names. */
    static void abort(Admin admin, TopicPartition held, String id) throws Exception {
        long hanging = admin.describeTransactions(List.of(id)).description(id).get().producerId();
        for (var producer :
                admin.describeProducers(List.of(held))
                        .partitionResult(held)
                        .get()
                        .activeProducers()) {
            if (producer.producerId() == hanging) {
                admin.abortTransaction(
                                new AbortTransactionSpec(
                                        held,
                                        producer.producerId(),
                                        (short) producer.producerEpoch(),
                                        producer.coordinatorEpoch().orElse(0)))
                        .all()
                        .get();
            }
        }
    }

    /** The runbook's command that rebuilds the state. */
    Ended recover(Path savepoints) throws Exception {
        List<String> command = new ArrayList<>(List.of("io.millrace.job.recover.RecoverMain"));
        command.add(savepoints.toUri().toString());
        options.forEach((key, value) -> command.addAll(List.of("--" + key, value)));
        return java(classPath() + File.pathSeparator + jobJar(), command);
    }

    /** {@code millrace-audit.jar}, with the job's options from a file. */
    Ended audit(String command, String... arguments) throws Exception {
        Path file = folder.resolve("job.properties");
        Files.writeString(
                file,
                options.entrySet().stream()
                        .map(option -> option.getKey() + "=" + option.getValue())
                        .collect(Collectors.joining("\n")));
        List<String> all =
                new ArrayList<>(List.of("io.millrace.audit.cli.AuditProgram", command, "--config"));
        all.add(file.toString());
        all.addAll(List.of(arguments));
        return java(jobs().resolve("audit/target/cluster/millrace-audit.jar").toString(), all);
    }

    /** Waits until {@code job} has ended for good, and returns why. */
    String awaitFailed(String job) throws Exception {
        awaitState(job, "FAILED");
        return new FlinkRest(webUrl)
                .get("/jobs/" + job + "/exceptions")
                .findValuesAsText("stacktrace")
                .toString();
    }

    private void awaitState(String job, String state) {
        FlinkRest rest = new FlinkRest(webUrl);
        await(state)
                .atMost(LIMIT)
                .until(() -> rest.get("/jobs/" + job).path("state").asText().equals(state));
    }

    /** Waits for a value of a metric of the job that runs. */
    void awaitMetric(String metric, long value) {
        await(metric + " is " + value).atMost(LIMIT).until(() -> metric(metric) == value);
    }

    /** Waits until the settler was found fit: one that has no money from the beginning is not. */
    void awaitSettling() {
        await("the settler's balance is read")
                .atMost(LIMIT)
                .until(() -> metric("submit.submit.signerBalanceWei") > 0);
    }

    /** What Flink shows of a metric of the job that runs, below 0 if nothing yet. */
    long metric(String name) throws Exception {
        // Of each job one: it knows then where the metric is, which it asked every vertex for.
        return metricsOf
                .computeIfAbsent(runningJob(), job -> new FlinkMetrics(webUrl, job))
                .sum(name, name)
                .orElse(-1);
    }

    private static Path jobs() {
        return Installation.locate().home().resolve("jobs");
    }

    private static Path jobJar() {
        return jobs().resolve("target/cluster/usrlib/millrace-jobs.jar");
    }

    private String runningJob() throws Exception {
        for (JsonNode job : new FlinkRest(webUrl).get("/jobs/overview").path("jobs")) {
            if (!ENDED.contains(job.path("state").asText())) {
                return job.path("jid").asText();
            }
        }
        throw new AssertionError("no job runs");
    }

    private Ended flink(List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(CliFrontend.class.getName()));
        command.addAll(arguments);
        return java(classPath(), command);
    }

    private Ended java(String classPath, List<String> arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "--add-opens=java.base/java.util=ALL-UNNAMED",
                                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                "-cp",
                                classPath));
        command.addAll(arguments);
        Path log = folder.resolve(++runs + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("FLINK_CONF_DIR", config.toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ends", arguments)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(log, UTF_8));
    }
}
