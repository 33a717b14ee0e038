package io.millrace.job.stack;

import static java.util.Objects.requireNonNull;

import io.millrace.infer.BundledModels;
import io.millrace.infer.ModelManifest;
import io.millrace.job.TopicSettings;
import io.millrace.job.stack.StackFile.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka, an L2, the contracts, Flink and the job, all on this machine. {@link #close} ends them in
 * reverse order; a shutdown hook does the same when this process is told to end. Used by one
 * thread; only close may come from another.
 */
public final class LocalStack implements AutoCloseable {

    /** Chain id of the local L2. */
    public static final long CHAIN_ID = 31_337;

    private static final Logger LOG = LoggerFactory.getLogger(LocalStack.class);
    private static final long PRICE_NANO_PER_MILLION = 20_000_000; // two cents
    private static final int REQUEST_PARTITIONS = 4;
    private static final int SLOTS_PER_TASK_MANAGER = 4;

    private final StackOptions options;
    private final JobRunner runner;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Thread hook = new Thread(this::closeAll, "local-stack-shutdown");

    private @Nullable KafkaBroker broker;
    private @Nullable Anvil anvil;
    private @Nullable LocalCluster cluster;
    private @Nullable StackFile file;
    private @Nullable Path models;
    private @Nullable JobClient job;

    private LocalStack(StackOptions options, JobRunner runner) {
        this.options = options;
        this.runner = runner;
    }

    /**
     * Starts everything, the job last, and writes {@link StackFile} into the stack's folder.
     *
     * @param steps is told what is being started, for people
     */
    public static LocalStack start(StackOptions options, JobRunner runner, Consumer<String> steps)
            throws Exception {
        LocalStack stack = new LocalStack(options, runner);
        Runtime.getRuntime().addShutdownHook(stack.hook);
        try {
            stack.startAll(Installation.locate(), steps);
            return stack;
        } catch (Exception e) {
            stack.close();
            throw e;
        }
    }

    /** Addresses, accounts and keys. */
    public StackFile file() {
        return requireNonNull(file, "the stack is not started");
    }

    /** The job as it was last started. */
    public JobClient job() {
        return requireNonNull(job, "the job is not started");
    }

    /** Folder of everything the stack writes. */
    public Path directory() {
        return options.directory();
    }

    /**
     * Fails with what broke if a process or the job has ended.
     *
     * @throws StackException naming it, with the end of its log
     */
    public void requireHealthy() throws InterruptedException {
        requireNonNull(broker, "the stack is not started").requireAlive();
        requireNonNull(anvil, "the stack is not started").requireAlive();
        try {
            JobStatus status = job().getJobStatus().get();
            if (status.isGloballyTerminalState()) {
                throw new StackException(
                        "the job is "
                                + status
                                + "; its cause stands in "
                                + logs().resolve("millrace.log")
                                + " and in the web UI at "
                                + file().webUrl());
            }
        } catch (ExecutionException e) {
            throw new StackException("Flink does not answer at " + file().webUrl(), e);
        }
    }

    /** Stops the job with a savepoint. Returns the savepoint's path, for {@link #startJob}. */
    public String stopJobWithSavepoint() throws Exception {
        String savepoint =
                job().stopWithSavepoint(
                                false,
                                directory().resolve("savepoints").toUri().toString(),
                                SavepointFormatType.CANONICAL)
                        .get();
        LOG.info("job {} stopped with savepoint {}", job().getJobID(), savepoint);
        return savepoint;
    }

    /**
     * Starts the job.
     *
     * @param savepoint to go on from, or null for an empty state
     * @param overrides job options that replace the stack's, for example another parallelism
     */
    public JobClient startJob(@Nullable String savepoint, Map<String, String> overrides)
            throws Exception {
        Configuration flink = requireNonNull(cluster, "no cluster").clientSettings();
        if (savepoint != null) {
            flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        Map<String, String> jobOptions =
                StackJobOptions.of(file(), requireNonNull(models, "no models"), directory());
        jobOptions.putAll(options.jobOptions());
        jobOptions.putAll(overrides);
        job = runner.start(flink, jobOptions);
        return job;
    }

    @Override
    public void close() {
        closeAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.debug("the process is already shutting down", e);
        }
    }

    private void startAll(Installation installation, Consumer<String> steps) throws Exception {
        prepareDirectory();
        steps.accept("Kafka broker");
        broker =
                opened(
                        KafkaBroker.start(
                                installation.brokerJars(),
                                directory().resolve("kafka"),
                                logs().resolve("kafka.log")));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            TopicSettings.create(admin, REQUEST_PARTITIONS, (short) 1);
        }
        steps.accept("L2 node");
        anvil = opened(Anvil.start(installation.anvil(), CHAIN_ID, logs().resolve("anvil.log")));
        steps.accept("model");
        models = Files.createDirectories(installation.home().resolve("jobs/target/models"));
        ModelManifest model = BundledModels.unpack(models).get(0);
        steps.accept("Flink");
        cluster = opened(LocalCluster.start(directory().resolve("flink"), SLOTS_PER_TASK_MANAGER));
        steps.accept("contracts");
        file = deploy(broker, anvil, cluster, model);
        file.write(directory());
        steps.accept("job");
        startJob(null, Map.of());
    }

    private StackFile deploy(
            KafkaBroker kafka, Anvil chain, LocalCluster flink, ModelManifest model)
            throws Exception {
        Path keys = Files.createDirectories(directory().resolve("keys"));
        try (EvmSession session = new EvmSession(chain.rpcUrl(), CHAIN_ID)) {
            Deployment deployment = new Deployment(session, keys);
            Deployment.Contracts contracts =
                    deployment.deploy(
                            new Deployment.Plan(
                                    model.id(), "bundled:" + model.name(), PRICE_NANO_PER_MILLION));
            List<Account> providers = deployment.openProviders(contracts, options.providers());
            List<Account> requesters = deployment.fundRequesters(contracts, options.deposits());
            session.mine(2 * Anvil.SLOTS_IN_AN_EPOCH + 1); // what was deployed is final at once
            session.mineEvery(options.blockSeconds());
            return new StackFile(
                    kafka.bootstrapServers(),
                    chain.rpcUrl(),
                    CHAIN_ID,
                    contracts.token(),
                    contracts.vault(),
                    contracts.registry(),
                    contracts.startBlock(),
                    model.id(),
                    PRICE_NANO_PER_MILLION,
                    flink.webUrl().toString(),
                    contracts.settlerKey().toString(),
                    providers,
                    requesters);
        }
    }

    private void prepareDirectory() throws IOException {
        Files.createDirectories(directory());
        try (Stream<Path> entries = Files.list(directory())) {
            // The launcher's own log may have been opened before the stack.
            if (entries.anyMatch(entry -> !entry.equals(logs()))) {
                throw new StackException(
                        directory() + " is not empty; name a new folder, or delete this one");
            }
        }
    }

    private Path logs() {
        return directory().resolve("logs");
    }

    private <T extends AutoCloseable> T opened(T part) {
        synchronized (running) {
            running.push(part);
        }
        return part;
    }

    private void closeAll() {
        synchronized (running) {
            while (!running.isEmpty()) {
                AutoCloseable part = running.pop();
                try {
                    part.close();
                } catch (Exception e) { // one part that ends badly must not keep the others alive
                    LOG.warn("{} did not close", part.getClass().getSimpleName(), e);
                }
            }
        }
    }
}
