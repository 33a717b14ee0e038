package io.millrace.job.stack;

import static java.util.Objects.requireNonNull;

import io.millrace.infer.BundledModels;
import io.millrace.infer.ModelManifest;
import io.millrace.job.stack.StackFile.Account;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;
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
    private static final Duration DEPOSITS_LIMIT = Duration.ofMinutes(3);
    private static final Duration DEPOSITS_PAUSE = Duration.ofMillis(200);

    private final StackOptions options;
    private final JobRunner runner;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Thread hook = new Thread(this::closeAll, "local-stack-shutdown");

    private @Nullable KafkaBroker broker;
    private @Nullable Anvil anvil;
    private @Nullable LocalCluster cluster;
    private @Nullable StackFile file;

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

    /** The job, to be stopped and started. */
    public StackJob job() {
        return new StackJob(file(), directory());
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
    public void requireHealthy() throws Exception {
        requireNonNull(broker, "the stack is not started").requireAlive();
        requireNonNull(anvil, "the stack is not started").requireAlive();
        job().requireNotFailed();
    }

    /**
     * Waits until the job knows every funded requester; before that it refuses them. Only the
     * vault's events reach admission before the first request: two of them for each requester.
     */
    public void awaitDeposits() throws Exception {
        FlinkMetrics metrics = metrics();
        long wanted = 2L * file().requesters().size();
        long deadline = System.nanoTime() + DEPOSITS_LIMIT.toNanos();
        while (true) {
            long seen = metrics.sum("admit.admit.admitted", "numRecordsIn").orElse(0);
            if (seen >= wanted) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new StackException(
                        "admission has seen "
                                + seen
                                + " events of the vault after "
                                + DEPOSITS_LIMIT.toSeconds()
                                + " s where "
                                + wanted
                                + " are expected; see the job at "
                                + file().webUrl());
            }
            requireHealthy();
            TimeUnit.MILLISECONDS.sleep(DEPOSITS_PAUSE.toMillis());
        }
    }

    /** Metrics of the job that runs. */
    public FlinkMetrics metrics() throws Exception {
        return new FlinkMetrics(URI.create(file().webUrl()), job().running().get(0).toHexString());
    }

    /**
     * Loses one of Flink's TaskManagers with all that runs on it; another takes its place.
     *
     * @param index counted from 0 in the order of their starts
     */
    public void loseTaskManager(int index) throws Exception {
        requireNonNull(cluster, "the stack is not started").replaceTaskManager(index);
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
            TopicSettings.create(admin, REQUEST_PARTITIONS);
        }
        steps.accept("L2 node");
        anvil = opened(Anvil.start(installation.anvil(), CHAIN_ID, logs().resolve("anvil.log")));
        steps.accept("model");
        Path models = Files.createDirectories(installation.home().resolve("jobs/target/models"));
        ModelManifest model = BundledModels.unpack(models).get(0);
        steps.accept("Flink");
        cluster = opened(LocalCluster.start(directory().resolve("flink"), slotsPerTaskManager()));
        steps.accept("contracts");
        file = deploy(broker, anvil, cluster, model, models);
        file.write(directory());
        steps.accept("job");
        job().start(runner, null, 0, Map.of());
    }

    private StackFile deploy(
            KafkaBroker kafka, Anvil chain, LocalCluster flink, ModelManifest model, Path models)
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
            Map<String, String> jobOptions =
                    StackJobOptions.of(
                            kafka.bootstrapServers(), chain.rpcUrl(), contracts, providers, models);
            jobOptions.putAll(options.jobOptions());
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
                    providers,
                    requesters,
                    jobOptions,
                    ProcessHandle.current().pid());
        }
    }

    /**
     * Enough to give each provider a subtask, and to start the job again at twice its parallelism.
     */
    private int slotsPerTaskManager() {
        return Math.max(LocalCluster.PARALLELISM, (options.providers() + 1) / 2);
    }

    /** A folder that holds an ended stack is cleared of it; any other must be empty. */
    private void prepareDirectory() throws IOException {
        Files.createDirectories(directory());
        if (Files.exists(directory().resolve(StackFile.NAME))) {
            long pid = StackFile.read(directory()).pid();
            if (ProcessHandle.of(pid).isPresent()) {
                throw new StackException(
                        "process "
                                + pid
                                + " runs a stack in "
                                + directory()
                                + "; end it, or name another folder with --dir");
            }
            for (String part : List.of(StackFile.NAME, "kafka", "flink", "keys")) {
                FileUtils.deleteFileOrDirectory(directory().resolve(part).toFile());
            }
        }
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
