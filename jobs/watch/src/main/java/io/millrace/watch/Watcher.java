package io.millrace.watch;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.read.JsonRpc;
import io.millrace.watch.act.TribunalChain;
import io.millrace.watch.follow.ChainFollower;
import io.millrace.watch.follow.EvidenceKept;
import io.millrace.watch.follow.Forgetting;
import io.millrace.watch.follow.Rows;
import io.millrace.watch.follow.StoredSurroundings;
import io.millrace.watch.follow.TopicFollower;
import io.millrace.watch.follow.Topics;
import io.millrace.watch.follow.VaultOwners;
import io.millrace.watch.judge.Finding;
import io.millrace.watch.judge.Judge;
import io.millrace.watch.judge.Judgement;
import io.millrace.watch.store.Kind;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows, judges, acts, over and over. Its memory is that of one epoch, whatever the ledger's age.
 * One thread; the topics are read by another.
 */
public final class Watcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);
    private static final int MOST_WAITING = 1_000;

    private final WatchStore store;
    private final Topics topics;
    private final ChainFollower blocks;
    private final TribunalChain chain;
    private final Rows rows;
    private final Docket docket;
    private final StoredSurroundings surroundings;
    private final Judge judge;
    private final Judge keeper;
    private final Advocate advocate;
    private final Forgetting forgetting;
    private final Messenger messenger;
    private final boolean acts;
    private final Patience patience;
    private final Map<Long, Look> looks = new HashMap<>();
    private long judged;
    private volatile WatchFigures figures = new WatchFigures(-1, 0, 0, false, 0, Map.of());
    private volatile long roundNanos = System.nanoTime();

    /**
     * When an epoch was first seen, and from what age on it is worth another look.
     *
     * @param nanos by {@link System#nanoTime}
     * @param seconds by the chain's clock
     */
    private record Look(long nanos, long seconds, long nextAge) {}

    private Watcher(
            WatchSettings settings,
            JsonRpc rpc,
            WatchStore store,
            TribunalChain chain,
            Courier courier,
            Reader reader)
            throws IOException {
        this.store = store;
        this.chain = chain;
        TribunalChain.Terms terms = chain.terms();
        TypedHashes hashes = new TypedHashes(chain.chainId(), chain.vault());
        patience = Patience.of(terms, settings.patienceSeconds());
        rows = new Rows(store);
        docket = new Docket(store);
        surroundings =
                new StoredSurroundings(
                        store,
                        new VaultOwners(rpc, chain.vault()),
                        chain::isVoid,
                        hashes,
                        terms.shardDepth());
        judge =
                new Judge(
                        hashes,
                        terms.shardDepth(),
                        surroundings,
                        settings::watchesAccount,
                        settings::watchesEarner);
        keeper =
                new Judge(
                        hashes,
                        terms.shardDepth(),
                        surroundings,
                        account -> false,
                        account -> false);
        blocks =
                new ChainFollower(
                        rpc,
                        chain.vault(),
                        settings.registry(),
                        settings.startBlock(),
                        settings.finality(),
                        hashes,
                        store);
        messenger = courier.to(chain);
        advocate =
                new Advocate(
                        docket,
                        chain,
                        terms,
                        messenger,
                        new Answers(rpc, chain, store, rows, docket, judge),
                        () -> settings.finality().newestNumber(rpc),
                        settings.mostOpen());
        forgetting = new Forgetting(store);
        acts = settings.acts();
        topics = reader.start(store, hashes, terms);
    }

    /** Makes what carries calls to a tribunal. */
    @FunctionalInterface
    public interface Courier {

        /** To this one. */
        Messenger to(TribunalChain chain) throws IOException;
    }

    /** Begins to read the topics. */
    @FunctionalInterface
    interface Reader {

        /** Into this store. */
        Topics start(WatchStore store, TypedHashes hashes, TribunalChain.Terms terms);
    }

    /** Begins, or goes on where the last process was ended. */
    public static Watcher open(WatchSettings settings, Courier courier) throws IOException {
        return open(
                settings,
                courier,
                (store, hashes, terms) -> {
                    EvidenceKept.look(settings.kafka(), terms);
                    return TopicFollower.start(settings.kafka(), store, hashes);
                });
    }

    static Watcher open(WatchSettings settings, Courier courier, Reader reader) throws IOException {
        JsonRpc rpc = new JsonRpc(settings.rpcUrl());
        TribunalChain chain = TribunalChain.of(rpc, settings.vault());
        String ledger = "chain %d vault %s".formatted(chain.chainId(), chain.vault());
        WatchStore store = WatchStore.open(settings.folder(), ledger);
        try {
            return new Watcher(settings, rpc, store, chain, courier, reader);
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** One round: what is new is read, what is ready is judged, every case goes on. */
    public void step() throws IOException {
        blocks.step();
        long now = chain.newest().seconds();
        List<Long> waiting = rows.waiting(MOST_WAITING);
        looks.keySet().retainAll(waiting);
        for (long epoch : waiting) {
            look(epoch, now);
        }
        forgetting.step(now - 2 * patience.windowSeconds());
        if (acts) {
            advocate.step();
        }
        figures =
                new WatchFigures(blocks.block(), judged, waiting.size(), true, 0, docket.counts());
        roundNanos = System.nanoTime();
    }

    /** Whether nothing is left to do until something new is settled. */
    public boolean isIdle() throws IOException {
        return blocks.block() >= 0
                && (!acts || docket.open().isEmpty())
                && rows.waiting(1).isEmpty()
                && topics.failure().isEmpty();
    }

    /** Epochs that were judged by this process. */
    public long judged() {
        return judged;
    }

    /** All cases. */
    public Docket docket() {
        return docket;
    }

    /** How far it is. Safe for any thread. */
    public WatchFigures figures() {
        WatchFigures last = figures;
        return new WatchFigures(
                last.block(),
                last.judged(),
                last.waiting(),
                topics.failure().isEmpty(),
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - roundNanos),
                last.cases());
    }

    /** How far it is, in words. */
    public String status() throws IOException {
        return "block %d, %d epochs judged, %d waiting, %d cases (%d compensated, %d answered)%s"
                .formatted(
                        blocks.block(),
                        judged,
                        rows.waiting(MOST_WAITING).size(),
                        docket.count(),
                        docket.count(Case.State.COMPENSATED),
                        docket.count(Case.State.ANSWERED),
                        topics.failure().isEmpty() ? "" : "; topics: " + topics.failure());
    }

    @Override
    public void close() throws IOException {
        topics.close();
        messenger.close();
        store.close();
    }

    private void look(long epoch, long now) throws IOException {
        Look look = looks.computeIfAbsent(epoch, e -> new Look(System.nanoTime(), now, 0));
        List<Rows.Settled> settled = rows.parts(epoch);
        long age = now - settled.stream().mapToLong(Rows.Settled::settledSeconds).max().orElse(now);
        if (age < look.nextAge()) {
            return;
        }
        if (settled.isEmpty()) {
            throw new IOException("epoch " + epoch + " is to be judged and was never settled");
        }
        List<EpochPart> parts = settled.stream().map(Rows.Settled::part).toList();
        Header header = parts.get(0).header();
        boolean read = topics.hasReadSince(look.nanos());
        boolean complete =
                rows.receiptsCount(epoch, header.receiptsCount()) >= header.receiptsCount();
        boolean due = age >= patience.seconds();
        boolean blind = patience.isBlind(age, now - look.seconds(), topics.isCatchingUp());
        if (read ? complete || due : blind) {
            judge(epoch, parts, age, due, look);
        }
    }

    private void judge(long epoch, List<EpochPart> parts, long age, boolean due, Look look)
            throws IOException {
        boolean over = patience.isOver(age);
        surroundings.refresh();
        Judgement judgement = (over ? keeper : judge).judge(parts, rows.receipts(epoch));
        surroundings.flush();
        long block = chain.newest().number();
        boolean doubts = false;
        int added = 0;
        try (WatchStore.Batch batch = store.batch()) {
            Indictment indictment = new Indictment(docket);
            for (Finding finding : judgement.findings()) {
                if (isProof(finding) || due) {
                    added += indictment.add(finding, parts, block, batch);
                } else {
                    doubts = true;
                }
            }
            boolean done = over || (judgement.whole() && !doubts);
            if (done) {
                batch.remove(Kind.WAITING.key(epoch));
                judged++;
            }
            batch.write();
            looks.put(epoch, new Look(look.nanos(), look.seconds(), nextAge(age)));
        }
        say(epoch, judgement, added, due);
    }

    private static boolean isProof(Finding finding) {
        return finding instanceof Finding.Provable || finding instanceof Finding.Underpaid;
    }

    /** What is missing may still come, up to the end of the window. */
    private long nextAge(long age) {
        if (age < patience.seconds()) {
            return patience.seconds();
        }
        return age < patience.blindSeconds() ? patience.blindSeconds() : patience.windowSeconds();
    }

    private void say(long epoch, Judgement judgement, int added, boolean due) {
        if (added > 0) {
            LOG.warn("epoch {}: {} new cases, of {} receipts", epoch, added, judgement.receipts());
        } else if (judgement.whole() && judgement.findings().isEmpty()) {
            LOG.info("epoch {}: {} receipts, nothing wrong", epoch, judgement.receipts());
        } else if (!due) {
            LOG.info("epoch {}: waits for receipts or evidence", epoch);
        }
    }
}
