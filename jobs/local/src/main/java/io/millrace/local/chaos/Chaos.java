package io.millrace.local.chaos;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.admit.RequestSignature;
import io.millrace.audit.Audit;
import io.millrace.audit.AuditConfig;
import io.millrace.audit.Books;
import io.millrace.audit.read.KafkaAccess;
import io.millrace.local.chaos.fault.Faults;
import io.millrace.local.chaos.fault.Recoverer;
import io.millrace.local.chaos.fault.TransactionTimes;
import io.millrace.local.chaos.proxy.BrokerProxy;
import io.millrace.local.chaos.proxy.CommitGate;
import io.millrace.local.chaos.proxy.NodeProxy;
import io.millrace.local.chaos.sign.Sign;
import io.millrace.local.chaos.sign.SignWatch;
import io.millrace.local.chaos.store.CheckpointStore;
import io.millrace.local.client.RequestProducer;
import io.millrace.local.client.Texts;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.FlinkRest;
import io.millrace.local.stack.Installation;
import io.millrace.local.stack.JobRunner;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.Ports;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.local.stack.StackOptions;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Keccak;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One run: a stack of real processes under load, faults one after the other, most of them after the
 * one before has been recovered from, some before; then the load ends, everything settles, and the
 * books are held against what was sent.
 */
public final class Chaos {

    /** Head to "finalized" is twice as many blocks: more than a lost node or a reorg takes. */
    private static final int SLOTS_IN_AN_EPOCH = 4;

    private static final int MAX_REORG_DEPTH = 2 * SLOTS_IN_AN_EPOCH - 2;
    private static final long RICH_DEPOSIT = 10 * StackOptions.DOLLAR;
    private static final long POOR_DEPOSIT = 1;
    private static final int MAX_CHARS = 60;
    private static final byte[] STRANGER = Keccak.hashUtf8("the key of one without an account");
    private static final Duration HEALTH_PAUSE = Duration.ofMillis(250);
    private static final Standstill SETTLEMENT =
            new Standstill(Duration.ofMinutes(3), Duration.ofMillis(500));

    private final ChaosOptions options;
    private final Path directory;
    private final JobRunner runner;
    private final Clock clock;
    private final Consumer<String> lines;
    private final List<ChaosReport.Injected> injected = new ArrayList<>();
    private final long begun = System.nanoTime();

    /**
     * @param directory of the stack, empty
     * @param clock of this machine, which Flink's is too
     * @param lines takes the report for people
     */
    public Chaos(
            ChaosOptions options,
            Path directory,
            JobRunner runner,
            Clock clock,
            Consumer<String> lines) {
        this.options = options;
        this.directory = directory;
        this.runner = runner;
        this.clock = clock;
        this.lines = lines;
    }

    /**
     * Runs it, and ends everything it started.
     *
     * @throws StackException if the stack did not recover from a fault
     */
    public ChaosReport run() throws Exception {
        List<Integer> ports = Ports.free(2);
        StackOptions.Door door = new StackOptions.Door(ports.get(0), ports.get(1));
        StackOptions stackOptions =
                StackOptions.in(directory)
                        .withRequesters(options.requesters(), RICH_DEPOSIT)
                        .withRequester(POOR_DEPOSIT)
                        .withSlotsInAnEpoch(SLOTS_IN_AN_EPOCH)
                        .withTaskManagers(options.taskManagers())
                        .withJobOption(
                                "kafka.transaction.timeout",
                                TransactionTimes.TRANSACTION.toSeconds() + " s")
                        .withDoor(door);
        CommitGate commits = new CommitGate();
        try (NodeProxy node = new NodeProxy();
                BrokerProxy broker = new BrokerProxy(door.outside(), door.inside(), commits)) {
            JobRunner jobs =
                    CheckpointStore.of(directory).under(TransactionTimes.in(behind(node, broker)));
            try (LocalStack stack =
                    LocalStack.start(
                            stackOptions, jobs, step -> lines.accept("starting: " + step))) {
                stack.awaitDeposits();
                return run(stack, jobs, node, commits);
            }
        }
    }

    /** Starts jobs that reach L2 node and broker through the proxies only. */
    private JobRunner behind(NodeProxy node, BrokerProxy broker) {
        return (flink, options) -> {
            Map<String, String> throughProxy = new LinkedHashMap<>(options);
            throughProxy.computeIfPresent("chain.rpc.urls", (key, url) -> node.before(url));
            throughProxy.replace("kafka.bootstrap.servers", broker.bootstrapServers());
            return runner.start(flink, throughProxy);
        };
    }

    /** What is left to say of a run that {@code failure} has ended. */
    public ObjectNode unfinished(Exception failure) {
        return ChaosReport.unfinished(
                options.seed(), ChaosReport.tenths(System.nanoTime() - begun), injected, failure);
    }

    private ChaosReport run(LocalStack stack, JobRunner jobs, NodeProxy node, CommitGate commits)
            throws Exception {
        StackFile file = stack.file();
        List<Account> accounts = file.requesters();
        List<Account> rich = accounts.subList(0, accounts.size() - 1);
        byte[] poor = KeyFile.read(Path.of(accounts.get(accounts.size() - 1).keyFile()));
        FlinkRest rest = new FlinkRest(URI.create(file.webUrl()));
        try (TopicWatch topics = TopicWatch.of(file.bootstrapServers());
                RequestLoad load =
                        new RequestLoad(
                                RequestProducer.open(file.bootstrapServers(), RequestLoad.OUTAGE),
                                traffics(file, rich),
                                poor,
                                STRANGER,
                                options.seed());
                ChainLoad owners = new ChainLoad(new OwnersOnChain(stack), rich, options.seed());
                SignWatch signs = SignWatch.of(rest, stack.directory().resolve("logs"))) {
            Recoverer recoverer = new Recoverer(stack, jobs, signs::refused);
            Health health =
                    new Health(
                            new StackVitals(stack, rest, topics, FinalityWatch.of(file), recoverer),
                            clock,
                            options.recoveryLimit(),
                            HEALTH_PAUSE);
            load.start(options.perSecond());
            owners.start();
            health.await("the start");
            lines.accept(
                    "load runs: %d requesters, %d requests/s; %s"
                            .formatted(rich.size(), options.perSecond(), topics.line()));
            long startNanos = System.nanoTime();
            sequence(new Faults(stack, jobs, rest, recoverer, load, node, commits), health, topics)
                    .run(options.maxFaults(), options.duration());
            int acts = owners.stop();
            load.stop();
            List<Expected> sent = load.taken();
            lines.accept(
                    "load ends: %d requests, %d transactions of owners; waiting until all is settled"
                            .formatted(sent.size(), acts));
            String unsettled = SETTLEMENT.await(() -> missing(topics, owners, sent, health));
            List<Sign> seen = signs.stop();
            return judge(
                    file,
                    new Found(
                            unsettled,
                            topics.count(sent, load.neverCommitted()),
                            topics.evidence(),
                            topics.pendingNano(),
                            health.restarted(),
                            new ChaosReport.Signs(
                                    seen,
                                    Excuses.unexplained(seen, injected, startNanos),
                                    startNanos)));
        }
    }

    private FaultSequence sequence(Faults faults, Health health, TopicWatch topics) {
        Schedule schedule =
                new Schedule(
                        options.seed(), options.kinds(), options.taskManagers(), MAX_REORG_DEPTH);
        FaultSequence.Stack target =
                new FaultSequence.Stack() {
                    @Override
                    public void awaitRecovery(String what) throws Exception {
                        health.await(what);
                    }
                };
        return new FaultSequence(
                schedule::next,
                faults::of,
                target,
                FaultSequence.Pace.real(),
                fault -> {
                    injected.add(fault);
                    lines.accept(fault.line() + "  " + topics.line());
                });
    }

    /** What is not settled yet. */
    private static String missing(
            TopicWatch topics, ChainLoad owners, List<Expected> sent, Health health)
            throws Exception {
        health.restartEnded();
        // In this order: what releases a withdrawal is an epoch, which must become final too.
        String withdrawals = owners.missing();
        String unsettled = topics.missing(sent);
        return unsettled.isEmpty() ? withdrawals : unsettled;
    }

    /** What the run itself has shown. */
    private record Found(
            String unsettled,
            Ends.Count count,
            EvidenceCount.Found evidence,
            long pendingNano,
            int restarted,
            ChaosReport.Signs signs) {}

    private ChaosReport judge(StackFile file, Found found) throws Exception {
        Proofs.Verdict proofs = new Proofs(file).verify();
        Books books =
                Audit.run(
                        new AuditConfig(
                                KafkaAccess.at(file.bootstrapServers()),
                                file.rpcUrl(),
                                file.vault(),
                                file.registry(),
                                file.startBlock(),
                                true));
        return new ChaosReport(
                options.seed(),
                ChaosReport.tenths(System.nanoTime() - begun),
                injected,
                found.restarted(),
                found.unsettled(),
                found.count(),
                found.evidence(),
                found.pendingNano(),
                proofs,
                books,
                found.signs());
    }

    private Supplier<Traffic> traffics(StackFile file, List<Account> requesters)
            throws IOException {
        List<byte[]> keys = new ArrayList<>();
        for (Account requester : requesters) {
            keys.add(KeyFile.read(Path.of(requester.keyFile())));
        }
        // Many requests, not much inference: what is tried here is the flow of money.
        List<String> texts =
                Texts.ofBook(Installation.locate().book()).stream()
                        .map(text -> text.substring(0, Math.min(MAX_CHARS, text.length())))
                        .toList();
        RequestSignature signature =
                new RequestSignature(new Eip712Domain(file.chainId(), file.vault()));
        return () -> new Traffic(signature, file.model(), keys, texts, clock.millis());
    }
}
