package io.millrace.local.stack;

import static java.util.Objects.requireNonNull;

import io.millrace.infer.store.ModelManifest;
import io.millrace.local.stack.StackFile.Account;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka, an L2, the contracts, Flink and the job, all on this machine. {@link #close} ends them in
 * reverse order; a shutdown hook does the same when this process is told to end, and waits for none
 * of them for long: what is killed goes on as well. Used by one thread; only close may come from
 * another.
 */
public final class LocalStack implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalStack.class);
    private static final long PRICE_NANO_PER_MILLION = 20_000_000; // two cents
    private static final int REQUEST_PARTITIONS = 4;
    private static final String NOT_STARTED = "the stack is not started";

    /** For each of Flink, node, broker and folder, when the process has been told to end. */
    private static final Duration ENDING_LIMIT = Duration.ofSeconds(10);

    private static final Duration DEPOSITS_LIMIT = Duration.ofMinutes(3);
    private static final Duration DEPOSITS_PAUSE = Duration.ofMillis(200);

    private final StackOptions options;
    private final JobRunner runner;
    private final StackFolder folder;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Thread hook =
            new Thread(
                    () -> closeAll(part -> Ending.within(ENDING_LIMIT, part)),
                    "local-stack-shutdown");

    private @Nullable KafkaBroker broker;
    private @Nullable Anvil anvil;
    private @Nullable FlinkCluster cluster;
    private @Nullable StackFile file;
    private boolean resumed;

    private LocalStack(StackOptions options, JobRunner runner, StackFolder folder) {
        this.options = options;
        this.runner = runner;
        this.folder = folder;
    }

    /**
     * Starts everything, the job last, and writes {@link StackFile} into the stack's folder. If the
     * folder holds a stack that has ended, however it did, that one goes on: same addresses, keys,
     * chain and records, and the job from its newest snapshot.
     *
     * @param steps is told what is being started, for people
     */
    public static LocalStack start(StackOptions options, JobRunner runner, Consumer<String> steps)
            throws Exception {
        StackFolder folder = StackFolder.take(options.directory(), options.fresh());
        LocalStack stack = new LocalStack(options, runner, folder);
        Runtime.getRuntime().addShutdownHook(stack.hook);
        stack.opened(folder);
        boolean started = false;
        try {
            stack.startAll(Installation.locate(), steps);
            started = true;
            return stack;
        } finally {
            if (!started) { // an error too leaves no process behind
                stack.close();
            }
        }
    }

    /** Addresses, accounts and keys. */
    public StackFile file() {
        return requireNonNull(file, NOT_STARTED);
    }

    /** The job, to be stopped and started. */
    public StackJob job() {
        return new StackJob(file(), directory());
    }

    /** Folder of everything the stack writes. */
    public Path directory() {
        return options.directory();
    }

    /** Where its parts listen, if they are started. */
    public StackPorts ports() throws IOException {
        return StackPorts.of(directory());
    }

    /** Whether it goes on with what an earlier process left in the folder. */
    public boolean resumed() {
        return resumed;
    }

    /** The broker's process. */
    public StackProcess broker() {
        return requireNonNull(broker, NOT_STARTED).process();
    }

    /** The L2 node's process. */
    public StackProcess chain() {
        return requireNonNull(anvil, NOT_STARTED).process();
    }

    /** The newest block of the L2 that may not be replaced: its node has not mined it itself. */
    public long loadedBlock() {
        return requireNonNull(anvil, NOT_STARTED).loadedBlock();
    }

    /**
     * Flink's processes.
     *
     * @throws IllegalStateException if Flink runs in this process
     */
    public ProcessCluster processes() {
        if (cluster instanceof ProcessCluster processes) {
            return processes;
        }
        throw new IllegalStateException("Flink runs in this process; give withTaskManagers");
    }

    /** The stack's processes, in the order of their start. */
    public List<StackProcess> allProcesses() {
        List<StackProcess> all = new ArrayList<>(List.of(broker(), chain()));
        if (cluster instanceof ProcessCluster processes) {
            all.add(processes.zooKeeper());
            all.add(processes.jobManager());
            all.addAll(processes.taskManagers());
        }
        return all;
    }

    /**
     * Fails with what broke if a process or the job has ended.
     *
     * @throws StackException naming it, with the end of its log
     */
    public void requireHealthy() throws Exception {
        allProcesses().forEach(StackProcess::requireAlive);
        job().requireNotFailed();
    }

    /**
     * Starts again what has ended by itself, as what runs a deployment would. To be called every
     * few seconds.
     *
     * @return the names of what had ended
     * @throws StackException if one ends again and again, with the end of its log
     */
    public List<String> restartEnded() throws Exception {
        List<String> restarted = new ArrayList<>();
        for (StackProcess process : allProcesses()) {
            if (process.restartIfEnded()) {
                restarted.add(process.name());
            }
        }
        return restarted;
    }

    /**
     * Waits until the job knows every funded requester; before that it refuses them. Only the
     * vault's events reach admission before the first request: two of them for each requester.
     */
    public void awaitDeposits() throws Exception {
        if (resumed) {
            return; // they are in the state that the job went on from
        }
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
                        ("admission has seen %d events of the vault after %d s"
                                        + " where %d are expected; see the job at %s")
                                .formatted(
                                        seen, DEPOSITS_LIMIT.toSeconds(), wanted, file().webUrl()));
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
        if (cluster instanceof LocalCluster local) {
            local.replaceTaskManager(index);
        } else {
            StackProcess taskManager = processes().taskManagers().get(index);
            taskManager.kill();
            taskManager.start();
        }
    }

    @Override
    public void close() {
        closeAll(Ending::of);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.debug("the process is already shutting down", e);
        }
    }

    private void startAll(Installation installation, Consumer<String> steps) throws Exception {
        resumed = folder.holdsStack();
        StackPorts ports = ports();
        StackPorts.awaitFree(ports.all(), directory());
        broker =
                KafkaBroker.in(
                        installation.brokerJars(),
                        directory().resolve("kafka"),
                        logs().resolve("kafka.log"),
                        options.door());
        anvil =
                new Anvil(
                        new NodeSettings(
                                installation.anvil(),
                                Anvil.CHAIN_ID,
                                ports.chain(),
                                options.slotsInAnEpoch(),
                                options.blockSeconds()),
                        directory().resolve("chain"),
                        logs().resolve("anvil.log"));
        opened(broker.process());
        opened(anvil);
        List<String> names =
                resumed
                        ? List.copyOf(StackFile.read(directory()).models().keySet())
                        : options.models();
        Path models = installation.unpack(names);
        int providers =
                resumed ? StackFile.read(directory()).providers().size() : options.providers();
        cluster = opened(cluster(ports, Math.max(FlinkCluster.PARALLELISM, (providers + 1) / 2)));
        startProcesses(steps);
        if (resumed) {
            file = StackFile.read(directory()).withPid(ProcessHandle.current().pid());
            file.write(directory());
            resumeJob(steps);
            return;
        }
        steps.accept("topics");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            TopicSettings.create(admin, REQUEST_PARTITIONS);
        }
        steps.accept("contracts");
        file = deploy(broker, anvil, cluster, models);
        file.write(directory());
        steps.accept("job");
        job().start(runner, null, 0, Map.of());
    }

    /** Enough slots for a subtask of each provider, and for a job at twice its parallelism. */
    private FlinkCluster cluster(StackPorts ports, int slotsPerTaskManager) throws Exception {
        Path flink = directory().resolve("flink");
        for (String leftOver : List.of("tmp", "work")) {
            FileUtils.deleteFileOrDirectory(flink.resolve(leftOver).toFile());
        }
        return options.taskManagers() == 0
                ? new LocalCluster(flink, slotsPerTaskManager, ports.web(), ports.metrics())
                : new ProcessCluster(
                        flink,
                        logs(),
                        new ProcessCluster.Size(options.taskManagers(), slotsPerTaskManager),
                        ports);
    }

    private void startProcesses(Consumer<String> steps) throws Exception {
        steps.accept("Kafka broker and L2 node");
        StackProcess kafka = broker();
        StackProcess chain = chain();
        for (StackProcess process : List.of(kafka, chain)) {
            if (!process.isAlive()) {
                process.launch();
            }
        }
        kafka.awaitReady();
        chain.awaitReady();
        if (resumed) {
            requireNonNull(anvil, NOT_STARTED).mineEvery();
        }
        steps.accept("Flink");
        requireNonNull(cluster, NOT_STARTED).start();
    }

    private void resumeJob(Consumer<String> steps) throws Exception {
        if (!job().running().isEmpty()) {
            steps.accept("the job goes on by itself");
            return;
        }
        Optional<String> snapshot = Snapshots.newest(directory().resolve("flink"));
        steps.accept("job, from " + snapshot.orElse("its beginning: there is no snapshot"));
        job().start(runner, snapshot.orElse(null), 0, Map.of());
    }

    private StackFile deploy(KafkaBroker kafka, Anvil chain, FlinkCluster flink, Path models)
            throws Exception {
        List<ModelManifest> manifests = new ArrayList<>();
        for (String name : options.models()) {
            manifests.add(ModelManifest.read(models.resolve(name)));
        }
        Path keys = Files.createDirectories(directory().resolve("keys"));
        try (EvmSession session = new EvmSession(chain.rpcUrl(), Anvil.CHAIN_ID)) {
            Deployment deployment = new Deployment(session, keys);
            Deployment.Contracts contracts =
                    deployment.deploy(
                            new Deployment.Plan(
                                    manifests,
                                    PRICE_NANO_PER_MILLION,
                                    options.priceNoticeSeconds()));
            List<Account> providers = deployment.openProviders(contracts, options.providers());
            List<Account> requesters = deployment.fundRequesters(contracts, options.deposits());
            deployment.awaitSigners(contracts, providers);
            session.mine(2 * options.slotsInAnEpoch() + 1); // what was deployed is final at once
            chain.begin();
            Map<String, String> jobOptions =
                    StackJobOptions.of(
                            kafka.bootstrapServers(),
                            chain.rpcUrl(),
                            contracts,
                            providers,
                            models,
                            options.priceNoticeSeconds());
            jobOptions.putAll(options.jobOptions());
            return new StackFile(
                    kafka.bootstrapServers(),
                    chain.rpcUrl(),
                    Anvil.CHAIN_ID,
                    contracts.token(),
                    contracts.vault(),
                    contracts.registry(),
                    contracts.startBlock(),
                    manifests.get(0).id(),
                    manifests.stream()
                            .collect(Collectors.toMap(ModelManifest::name, ModelManifest::id)),
                    PRICE_NANO_PER_MILLION,
                    flink.webUrl().toString(),
                    providers,
                    requesters,
                    jobOptions,
                    ProcessHandle.current().pid());
        }
    }

    private Path logs() {
        return folder.logs();
    }

    private <T extends AutoCloseable> T opened(T part) {
        synchronized (running) {
            running.push(part);
        }
        return part;
    }

    private void closeAll(Consumer<AutoCloseable> ending) {
        synchronized (running) {
            while (!running.isEmpty()) {
                ending.accept(running.pop());
            }
        }
    }
}
