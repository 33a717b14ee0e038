package io.millrace.watch;

import io.millrace.audit.EpochPart;
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
import java.security.SecureRandom;
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

    /** Of the chain: between two looks whether what was missing has come. */
    private static final long MINUTE_SECONDS = 60;

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
        SecureRandom random = new SecureRandom();
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
                        settings::watchesEarner,
                        (epoch, proof) -> Indictment.isRefused(epoch, proof, docket),
                        random);
        keeper = keeper(hashes, terms, surroundings);
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
        Answers answers =
                new Answers(rpc, chain, store, rows, docket, judge, settings.mostOpen(), random);
        advocate =
                new Advocate(
                        docket,
                        chain,
                        terms,
                        messenger,
                        answers,
                        () -> settings.finality().newestNumber(rpc),
                        settings.mostOpen(),
                        random);
        forgetting = new Forgetting(store);
        acts = settings.acts();
        topics = reader.start(store, hashes, terms);
    }

    /** Of epochs that nobody answers for any more: it remembers what they charge. */
    private static Judge keeper(
            TypedHashes hashes, TribunalChain.Terms terms, StoredSurroundings surroundings) {
        return new Judge(
                hashes, terms.shardDepth(), surroundings, account -> false, account -> false);
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
        long[] waiting = {0};
        rows.forEachWaiting(
                one -> {
                    waiting[0]++;
                    look(one, now);
                });
        forgetting.step(now - 2 * patience.windowSeconds());
        if (acts) {
            advocate.step();
        }
        figures = new WatchFigures(blocks.block(), judged, waiting[0], true, 0, docket.counts());
        roundNanos = System.nanoTime();
    }

    /** Whether nothing is left to do until something new is settled. */
    public boolean isIdle() throws IOException {
        return blocks.block() >= 0
                && (!acts || docket.open().isEmpty())
                && rows.isNoneWaiting()
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
                        rows.waitingCount(),
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

    private void look(Rows.Waiting row, long now) throws IOException {
        long epoch = row.epoch();
        Look known = looks.get(epoch);
        if (known != null && known.mark() == row.mark() && now < known.nextSeconds()) {
            return;
        }
        Look look = known;
        if (look == null || look.mark() != row.mark()) {
            List<Rows.Settled> settled = rows.parts(epoch);
            if (settled.isEmpty()) {
                throw new IOException("epoch " + epoch + " is to be judged and was never settled");
            }
            look =
                    Look.of(
                            row.mark(),
                            known == null ? System.nanoTime() : known.nanos(),
                            known == null ? now : known.seconds(),
                            settled);
            looks.put(epoch, look);
        }
        boolean read = topics.hasReadSince(look.nanos());
        boolean blind =
                patience.isBlind(look.ageSeconds(now), now - look.seconds(), topics.isCatchingUp());
        if (!read && !blind) {
            return;
        }
        if (now < look.demandSeconds() && !hasCome(epoch, look)) {
            looks.put(epoch, look.lookedAt(now + MINUTE_SECONDS));
            return;
        }
        judge(epoch, look, now, !read);
    }

    /** Whether what was missing when it was judged has come. */
    private boolean hasCome(long epoch, Look look) throws IOException {
        long all = look.receiptsCount();
        return look.judgedReceipts() < all && rows.receiptsCount(epoch, all) >= all;
    }

    private void judge(long epoch, Look look, long now, boolean blind) throws IOException {
        List<EpochPart> parts = rows.parts(epoch).stream().map(Rows.Settled::part).toList();
        boolean over = patience.isOver(now - look.newestSeconds());
        surroundings.refresh();
        Judgement judgement = (over ? keeper : judge).judge(parts, rows.receipts(epoch));
        surroundings.flush();
        long block = chain.newest().number();
        long age = look.ageSeconds(now);
        boolean doubts = false;
        int added = 0;
        try (WatchStore.Batch batch = store.batch()) {
            Indictment indictment = new Indictment(docket);
            for (Finding finding : judgement.findings()) {
                if (blind && isOfDarkness(finding, judgement)) {
                    continue;
                }
                if (blind || age >= patience.secondsUntil(finding)) {
                    added += indictment.add(finding, parts, block, batch);
                } else {
                    doubts = true;
                }
            }
            // Nothing can be demanded of who debits nobody: receipts are not waited for.
            boolean done = over || !look.debits() || (judgement.whole() && !doubts);
            if (done) {
                batch.remove(Kind.WAITING.key(epoch));
                judged++;
            }
            batch.write();
            if (done) {
                looks.remove(epoch);
            } else {
                looks.put(epoch, look.judged(judgement.receipts(), now, patience));
            }
        }
        say(epoch, judgement, added, age >= patience.seconds());
    }

    /** Who has not read the topics does not know which places are dark. */
    private static boolean isOfDarkness(Finding finding, Judgement judgement) {
        return finding instanceof Finding.Unsupported && !judgement.whole();
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
