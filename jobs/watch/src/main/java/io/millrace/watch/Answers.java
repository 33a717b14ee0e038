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
import io.millrace.watch.store.WatchStore;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on where a settler has answered: what it had to show is judged, and of an account's row of
 * leaves what still lies in the dark is asked for next. One thread.
 */
final class Answers implements Advocate.Sequel {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    /** Of one account: one that cannot be answered is enough. */
    private static final int MOST_AT_ONCE = 4;

    private final InnerCalls calls;
    private final TribunalChain chain;
    private final WatchStore store;
    private final Rows rows;
    private final Docket docket;
    private final Judge judge;

    Answers(
            JsonRpc rpc,
            TribunalChain chain,
            WatchStore store,
            Rows rows,
            Docket docket,
            Judge judge) {
        calls = new InnerCalls(rpc, chain.tribunal());
        this.chain = chain;
        this.store = store;
        this.rows = rows;
        this.docket = docket;
        this.judge = judge;
    }

    @Override
    public void answered(Case challenge, String id) throws IOException {
        List<EpochPart> parts =
                rows.parts(challenge.epoch()).stream().map(Rows.Settled::part).toList();
        long newest = chain.newest().number();
        try (WatchStore.Batch batch = store.batch()) {
            for (TribunalEvent event : chain.events(challenge.block(), newest)) {
                if (event instanceof TribunalEvent.Answered answer
                        && answer.challenge().equals(id)) {
                    judgeShown(answer.at().transaction(), parts, newest, batch);
                }
            }
            askNext(challenge, parts, newest, batch);
            batch.write();
        }
    }

    private void judgeShown(
            String transaction, List<EpochPart> parts, long newest, WatchStore.Batch batch)
            throws IOException {
        Header header = parts.get(0).header();
        boolean any = false;
        for (String call : calls.of(transaction, ShownLeaves.SELECTORS)) {
            any |= ShownLeaves.isOfEmptyPlace(call);
            for (ProvenLeaf leaf : shown(call)) {
                any = true;
                Optional<Finding> found = judge.shown(header, leaf);
                if (found.isPresent()) {
                    new Indictment(docket).add(found.get(), parts, newest, batch);
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
    private void askNext(Case challenge, List<EpochPart> parts, long newest, WatchStore.Batch batch)
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
                        ask(before, row, parts, newest, batch);
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
            WatchStore.Batch batch)
            throws IOException {
        long shard = Kind.shardOf(row.first());
        int asked = 0;
        for (boolean dark : new boolean[] {true, false}) {
            for (long index = Kind.indexOf(row.first());
                    index <= Kind.indexOf(row.last()) && asked < MOST_AT_ONCE;
                    index++) {
                Place at = new Place(statement.epoch(), shard, index);
                if (dark != rows.has(at)) {
                    Finding next =
                            new Finding.Unsupported(
                                    statement.account(),
                                    at,
                                    BigInteger.ZERO,
                                    "the settler says that shard %d index %d holds a charge"
                                            .formatted(shard, index));
                    asked += new Indictment(docket).add(next, parts, newest, batch) > 0 ? 1 : 0;
                }
            }
        }
        if (asked == 0) {
            LOG.info("{}: every leaf of the account was asked for", statement.name());
        }
    }
}
