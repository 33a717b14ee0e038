package io.millrace.watch.defend;

import io.millrace.audit.read.JsonRpc;
import io.millrace.watch.act.TribunalChain;
import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.act.send.GasKey;
import io.millrace.watch.act.send.Outcome;
import io.millrace.watch.act.send.SendLimits;
import io.millrace.watch.act.send.TransactionSender;
import io.millrace.watch.follow.EvidenceKept;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what is demanded of a settler, the most urgent first, each once however often the process
 * is ended. The chain says what is open and what was answered, the journal what was sent; the
 * topics are searched by a thread of their own, so that nothing they do delays an answer that is
 * ready, or an alarm. One thread, and any for the figures.
 */
public final class Defender implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Defender.class);

    /** Nodes take some transactions of an account ahead of its blocks, though not any number. */
    private static final int MOST_IN_NO_BLOCK = 32;

    /** Answers that wait to be sent: 5 KB each. */
    private static final int MOST_PREPARED = 2_000;

    /** A node that hangs must not keep alarms back. */
    private static final Duration ANSWER_TIME = Duration.ofSeconds(10);

    private static final String NOT_OPEN = "NotOpen";
    private static final String ERROR_OF_CONTRACT = "[A-Za-z]+";
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final TribunalChain chain;
    private final TribunalChain.Terms terms;
    private final TransactionSender sender;
    private final Demands demands;
    private final Research research;
    private final Alarms alarms;
    private final Purse purse;
    private final BigInteger budgetWei;
    private final Map<String, Prepared> prepared = new HashMap<>();
    private final Map<String, String> complaints = new HashMap<>();
    private final Attempts attempts;
    private final ChainTime time;
    private final Rests rests;
    private boolean isBusy;
    private volatile DefendFigures figures;
    private volatile long roundNanos = System.nanoTime();

    private Defender(
            DefendSettings settings,
            JsonRpc rpc,
            TribunalChain chain,
            TransactionSender sender,
            Bookmark bookmark,
            Research research,
            LongSupplier nanos)
            throws IOException {
        this.chain = chain;
        this.sender = sender;
        this.research = research;
        terms = chain.terms();
        demands =
                new Demands(
                        rpc,
                        chain,
                        settings.finality(),
                        settings.settlers(),
                        sender.address(),
                        settings.startBlock(),
                        bookmark);
        alarms = new Alarms(terms.responseSeconds());
        attempts = new Attempts(sender);
        time = new ChainTime(nanos);
        rests = new Rests(nanos);
        purse = new Purse(sender, settings.budgetWei());
        budgetWei = settings.budgetWei();
        figures =
                new DefendFigures(
                        0, 0, terms.responseSeconds(), 0, 0, 0, BigInteger.ZERO, budgetWei, 0);
    }

    /**
     * Begins, or goes on where the last process was ended.
     *
     * @throws IOException if node, key or folder cannot be used
     */
    public static Defender open(DefendSettings settings) throws IOException {
        JsonRpc rpc = new JsonRpc(settings.rpcUrl());
        EvidenceKept.look(settings.kafka(), TribunalChain.of(rpc, settings.vault()).terms());
        return open(settings, new TopicRecords(settings.kafka()));
    }

    static Defender open(DefendSettings settings, Records records) throws IOException {
        return open(settings, records, Clock.systemUTC(), System::nanoTime);
    }

    static Defender open(DefendSettings settings, Records records, Clock clock, LongSupplier nanos)
            throws IOException {
        JsonRpc rpc = new JsonRpc(settings.rpcUrl(), ANSWER_TIME);
        TribunalChain chain = TribunalChain.of(rpc, settings.vault());
        String ledger =
                "chain %d vault %s settlers %s"
                        .formatted(
                                chain.chainId(), chain.vault(), new TreeSet<>(settings.settlers()));
        Files.createDirectories(settings.folder());
        TransactionSender sender =
                TransactionSender.open(
                        settings.folder().resolve("sent.journal"),
                        GasKey.read(settings.keyFile()),
                        rpc,
                        settings.finality()::newestNumber,
                        SendLimits.DEFAULT.spending(settings.budgetWei()),
                        clock);
        try {
            Bookmark bookmark =
                    Bookmark.open(
                            settings.folder().resolve("read-to"), ledger, settings.startBlock());
            Research research = Research.start(Preparation.open(settings, records));
            return new Defender(settings, rpc, chain, sender, bookmark, research, nanos);
        } catch (IOException | RuntimeException e) {
            sender.close();
            throw e;
        }
    }

    /**
     * One round: what is new is read, what was found is sent, what is sent is seen into a block.
     *
     * @throws IOException if the node does not answer: nothing is lost by it, begin another round
     */
    public void step() throws IOException {
        try {
            round();
        } catch (IOException | RuntimeException e) {
            // Deadlines do not wait for the node: what was open is taken to be so.
            alarms.step(demands.open(), time.now(), demand -> "the node fails: " + e.getMessage());
            figures = figures(demands.open(), time.now());
            throw e;
        }
        roundNanos = System.nanoTime();
    }

    private void round() throws IOException {
        TribunalChain.Block newest = chain.newest();
        time.see(newest.seconds());
        long now = time.now();
        demands.step(newest, now);
        List<Demand> open = demands.open();
        attempts.see(open, newest.number());
        forget(open);
        find(open, now);
        alarms.step(open, now, this::why); // whatever becomes of the rest
        IOException failed = null;
        try {
            sender.step();
        } catch (IOException e) {
            failed = e; // an answer that is not sent yet may fare better
        }
        isBusy = send(open, now);
        if (failed != null) {
            throw failed;
        }
        purse.step(open.size());
        figures = figures(open, now);
    }

    /** Whether nothing is open, by final blocks too. */
    public boolean isIdle() {
        return demands.isAtRest();
    }

    /** Whether the next round is best begun soon. */
    public boolean isBusy() {
        return isBusy;
    }

    /** How it does. Safe for any thread. */
    public DefendFigures figures() {
        return figures.aged(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - roundNanos));
    }

    /** How it does, in words. */
    public String status() {
        DefendFigures last = figures;
        return ("%d challenges open, %d of them without an answer to send, %d s left;"
                        + " %d answered, %d by others, %d missed; %d of %d wei spent in a day")
                .formatted(
                        last.open(),
                        last.unprepared(),
                        last.secondsLeft(),
                        last.answered(),
                        last.byOthers(),
                        last.missed(),
                        last.spentWei(),
                        last.budgetWei());
    }

    @Override
    public void close() throws IOException {
        research.close();
        sender.close();
    }

    private void forget(List<Demand> open) {
        Set<String> ids = open.stream().map(Demand::id).collect(Collectors.toSet());
        prepared.keySet().retainAll(ids);
        complaints.keySet().retainAll(ids);
        rests.retain(ids);
    }

    /** Looks for answers, and waits a little for them: most are found soon. */
    private void find(List<Demand> open, long nowSeconds) throws IOException {
        long end = System.nanoTime() + WAIT_NANOS;
        Optional<Research.Found> found;
        do {
            search(open);
            found = research.poll(Math.max(0, end - System.nanoTime()));
            found.ifPresent(one -> keep(one, open, nowSeconds));
        } while (found.isPresent() && end - System.nanoTime() > 0);
    }

    private void keep(Research.Found found, List<Demand> open, long nowSeconds) {
        List<Demand> early = new ArrayList<>();
        for (Demand demand : open) {
            Prepared one = found.answers().get(demand.id());
            if (one == null) {
                continue;
            }
            prepared.put(demand.id(), one);
            if (one.isAnswer()) {
                continue;
            }
            rests.rest(demand, nowSeconds);
            boolean isNew = !one.lack().equals(complaints.put(demand.id(), one.lack()));
            if (isNew && one.isGone()) {
                LOG.error(
                        "{}: cannot be answered, {} s left: {}",
                        demand.challenge().name(),
                        demand.secondsLeft(nowSeconds),
                        one.lack());
            } else if (isNew) {
                early.add(demand);
            }
        }
        if (!early.isEmpty()) {
            LOG.warn(
                    "{} challenges of an epoch are not answered yet; the first is {}, {} s left:"
                            + " {}",
                    early.size(),
                    early.get(0).challenge().name(),
                    early.get(0).secondsLeft(nowSeconds),
                    complaints.get(early.get(0).id()));
        }
    }

    /** Looks for the answers of the epoch whose turn it is, all of its together. */
    private void search(List<Demand> open) {
        long ready = prepared.values().stream().filter(Prepared::isAnswer).count();
        if (research.isUnderWay() || ready >= MOST_PREPARED) {
            return;
        }
        List<Challenged> lacking =
                open.stream().filter(this::isToBeSearched).map(Demand::challenge).toList();
        if (!lacking.isEmpty()) {
            long epoch = lacking.get(0).epoch();
            research.begin(
                    lacking.stream()
                            .filter(one -> one.epoch() == epoch)
                            .limit(MOST_PREPARED)
                            .toList());
        }
    }

    private boolean isToBeSearched(Demand demand) {
        Prepared known = prepared.get(demand.id());
        return (known == null || !known.isAnswer())
                && !rests.isResting(demand)
                && attempts.isToBeSent(demand);
    }

    /** Sends what is ready; whether anything was. */
    private boolean send(List<Demand> open, long nowSeconds) throws IOException {
        boolean any = false;
        for (Demand demand : open) {
            Prepared answer = prepared.get(demand.id());
            boolean ready = answer != null && answer.isAnswer() && !rests.isResting(demand);
            if (!ready || !attempts.isToBeSent(demand)) {
                continue;
            }
            if (sender.inNoBlock() >= MOST_IN_NO_BLOCK) {
                return true;
            }
            Outcome outcome =
                    sender.submit(
                            attempts.next(demand).orElseThrow(),
                            chain.tribunal(),
                            Objects.requireNonNull(answer).calldata(),
                            BigInteger.ZERO);
            if (outcome.isSent()) {
                any = true;
                complaints.remove(demand.id());
                LOG.info("{}: answered in {}", demand.challenge().name(), outcome.hash());
            } else {
                unsent(demand, outcome, nowSeconds);
                if (outcome.state() == Outcome.State.OVER_BUDGET) {
                    return any; // nothing else can be paid either
                }
            }
        }
        return any;
    }

    private void unsent(Demand demand, Outcome outcome, long nowSeconds) {
        String reason = outcome.reason();
        if (outcome.state() == Outcome.State.REFUSED
                || outcome.state() == Outcome.State.TOO_LARGE) {
            rests.rest(demand, nowSeconds);
            if (reason.equals(NOT_OPEN)) {
                return; // somebody was faster
            }
            if (reason.matches(ERROR_OF_CONTRACT)) {
                prepared.remove(demand.id()); // what it rests on may have been reorganised
            }
        }
        if (!reason.equals(complaints.put(demand.id(), reason))) {
            String name = demand.challenge().name();
            long left = demand.secondsLeft(nowSeconds);
            if (outcome.state() == Outcome.State.REFUSED) { // alarms say so when time runs out
                LOG.warn("{}: the answer is not sent yet, {} s left: {}", name, left, reason);
            } else {
                LOG.error("{}: the answer is not sent, {} s left: {}", name, left, reason);
            }
        }
    }

    private String why(Demand demand) {
        String complaint = complaints.get(demand.id());
        if (complaint != null) {
            return complaint;
        }
        if (attempts.next(demand).isEmpty()) {
            return "its answers were in vain %d times".formatted(Attempts.MOST);
        }
        return attempts.outcome(demand)
                .map(outcome -> "its answer is on its way in " + outcome.hash())
                .orElse("its answer is looked for, or waits for its turn");
    }

    private DefendFigures figures(List<Demand> open, long nowSeconds) {
        Demands.Ends ends = demands.ends();
        return new DefendFigures(
                open.size(),
                open.stream().filter(this::isLacking).count(),
                open.isEmpty() ? terms.responseSeconds() : open.get(0).secondsLeft(nowSeconds),
                ends.answered(),
                ends.byOthers(),
                ends.missed(),
                sender.spentWei(),
                budgetWei,
                0);
    }

    private boolean isLacking(Demand demand) {
        Prepared known = prepared.get(demand.id());
        return known != null && !known.isAnswer();
    }
}
