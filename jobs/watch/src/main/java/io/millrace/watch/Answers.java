package io.millrace.watch;

import io.millrace.audit.EpochPart;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.read.JsonRpc;
import io.millrace.watch.Case.Action;
import io.millrace.watch.act.InnerCalls;
import io.millrace.watch.act.Kind;
import io.millrace.watch.act.ProvenLeaf;
import io.millrace.watch.act.ShownLeaves;
import io.millrace.watch.act.TribunalChain;
import io.millrace.watch.act.TribunalEvent;
import io.millrace.watch.follow.Rows;
import io.millrace.watch.judge.Finding;
import io.millrace.watch.judge.Judge;
import io.millrace.watch.judge.Place;
import io.millrace.watch.judge.RandomPick;
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on where a settler has answered: what it had to show is judged, and of an account's row of
 * leaves what still lies in the dark is asked for next. One thread.
 */
final class Answers implements Advocate.Sequel {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    /** Places whose receipt is visible: it need not be the one that the tree has. */
    private static final int MOST_VISIBLE = 4;

    /** Of a longer row only some places are looked at: it may be stretched over nothing. */
    private static final int MOST_LOOKED_AT = 1 << 16;

    private final InnerCalls calls;
    private final TribunalChain chain;
    private final WatchStore store;
    private final Rows rows;
    private final Docket docket;
    private final Judge judge;
    private final int mostOpen;
    private final Random random;

    Answers(
            JsonRpc rpc,
            TribunalChain chain,
            WatchStore store,
            Rows rows,
            Docket docket,
            Judge judge,
            int mostOpen,
            Random random) {
        calls = new InnerCalls(rpc, chain.tribunal());
        this.chain = chain;
        this.store = store;
        this.rows = rows;
        this.docket = docket;
        this.judge = judge;
        this.mostOpen = mostOpen;
        this.random = random;
    }

    @Override
    public void answered(Case challenge, String id) throws IOException {
        List<EpochPart> parts =
                rows.parts(challenge.epoch()).stream().map(Rows.Settled::part).toList();
        long newest = chain.newest().number();
        Indictment indictment = new Indictment(docket);
        try (WatchStore.Batch batch = store.batch()) {
            for (TribunalEvent event : chain.events(challenge.block(), newest)) {
                if (event instanceof TribunalEvent.Answered answer
                        && answer.challenge().equals(id)) {
                    judgeShown(answer.at().transaction(), parts, newest, indictment, batch);
                }
            }
            askNext(challenge, parts, newest, indictment, batch);
            batch.write();
        }
    }

    /** Judged anew, its epoch has what else there is against the account. */
    @Override
    public void refused(Case proof) throws IOException {
        try (WatchStore.Batch batch = store.batch()) {
            Rows.judgeAgain(proof.epoch(), chain.newest().number(), batch);
            batch.write();
        }
    }

    private void judgeShown(
            String transaction,
            List<EpochPart> parts,
            long newest,
            Indictment indictment,
            WatchStore.Batch batch)
            throws IOException {
        Header header = parts.get(0).header();
        boolean any = false;
        for (String call : calls.of(transaction, ShownLeaves.SELECTORS)) {
            any |= ShownLeaves.isOfEmptyPlace(call);
            for (ProvenLeaf leaf : shown(call)) {
                any = true;
                Optional<Finding> found = judge.shown(header, leaf);
                if (found.isPresent()) {
                    indictment.add(found.get(), parts, newest, batch);
                }
            }
        }
        if (!any) {
            LOG.error(
                    "epoch {} was answered for by transaction {}, which does not show its leaves,"
                            + " and the node does not trace it; name a node that traces",
                    header.epoch(),
                    transaction);
        }
    }

    private static List<ProvenLeaf> shown(String call) {
        try {
            return ShownLeaves.of(call);
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            return List.of(); // it only began like one
        }
    }

    /** The positions between first and last leaf of the account, those without a receipt first. */
    private void askNext(
            Case challenge,
            List<EpochPart> parts,
            long newest,
            Indictment indictment,
            WatchStore.Batch batch)
            throws IOException {
        for (Case before : docket.of(challenge.epoch(), challenge.account())) {
            if (before.action() == Action.CHALLENGE_STATEMENT) {
                String id =
                        chain.challengeOf(
                                before.epoch(),
                                before.part(),
                                before.account(),
                                Kind.STATEMENT,
                                before.what());
                for (TribunalEvent event : chain.events(before.block(), newest)) {
                    if (event instanceof TribunalEvent.StatementAnswered row
                            && row.challenge().equals(id)) {
                        ask(before, row, parts, newest, indictment, batch);
                    }
                }
            }
        }
    }

    private void ask(
            Case statement,
            TribunalEvent.StatementAnswered row,
            List<EpochPart> parts,
            long newest,
            Indictment indictment,
            WatchStore.Batch batch)
            throws IOException {
        int room = mostOpen - openOf(statement);
        List<Place> next = new ArrayList<>(pick(statement, row, true, room));
        next.addAll(pick(statement, row, false, Math.min(MOST_VISIBLE, room - next.size())));
        int asked = 0;
        for (Place at : next) {
            Finding finding =
                    new Finding.Unsupported(
                            statement.account(),
                            at,
                            BigInteger.ZERO,
                            "the settler says that shard %d index %d holds a charge"
                                    .formatted(at.shard(), at.index()));
            asked += indictment.add(finding, parts, newest, batch) > 0 ? 1 : 0;
        }
        if (asked == 0 && room > 0) {
            LOG.info("{}: every leaf of the account was asked for", statement.name());
        }
    }

    /** Challenges of leaves of the account that are not at their end. */
    private int openOf(Case statement) throws IOException {
        return (int)
                docket.of(statement.epoch(), statement.account()).stream()
                        .filter(one -> one.action() == Action.CHALLENGE_LEAF)
                        .filter(one -> !one.state().isEnd())
                        .count();
    }

    /**
     * Places that were not asked for, as many at once as may be open, and none sooner than another:
     * each round takes the tribunal's time to answer, and a false leaf would lie where the last of
     * them comes too late.
     */
    private List<Place> pick(
            Case statement, TribunalEvent.StatementAnswered row, boolean dark, int most)
            throws IOException {
        if (most <= 0) {
            return List.of();
        }
        RandomPick<Place> places = new RandomPick<>(most, random);
        Set<Long> asked = new HashSet<>();
        for (Case before : docket.of(statement.epoch(), statement.account())) {
            if (before.action() == Action.CHALLENGE_LEAF) {
                asked.add(before.what());
            }
        }
        long shard = Kind.shardOf(row.first());
        long first = Kind.indexOf(row.first());
        long end = Kind.indexOf(row.last()) + 1;
        boolean all = end - first <= MOST_LOOKED_AT;
        for (long i = 0; i < (all ? end - first : MOST_LOOKED_AT); i++) {
            Place at =
                    new Place(
                            statement.epoch(),
                            shard,
                            all ? first + i : random.nextLong(first, end));
            if (!asked.contains(Kind.position(at.shard(), at.index())) && dark != rows.has(at)) {
                places.offer(at);
            }
        }
        return places.picked();
    }
}
