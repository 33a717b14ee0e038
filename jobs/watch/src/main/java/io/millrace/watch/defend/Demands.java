package io.millrace.watch.defend;

import io.millrace.audit.read.JsonRpc;
import io.millrace.watch.act.TribunalChain;
import io.millrace.watch.act.TribunalEvent;
import io.millrace.watch.act.TribunalEvent.Answered;
import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.act.TribunalEvent.Concluded;
import io.millrace.watch.follow.Finality;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is demanded of the settler and not answered. Final blocks are read once and remembered by
 * the bookmark; those after them are read anew in every round, so that an answer need not wait for
 * finality and a reorganisation leaves nothing behind. One thread.
 */
final class Demands {

    private static final Logger LOG = LoggerFactory.getLogger(Demands.class);

    private final JsonRpc rpc;
    private final TribunalChain chain;
    private final Finality finality;
    private final Set<String> settlers;
    private final String self;
    private final Bookmark bookmark;

    private final Map<String, Challenged> settled = new LinkedHashMap<>();
    private final Map<String, BigInteger> debits = new HashMap<>();
    private final Map<String, Boolean> own = new HashMap<>();
    private final Set<String> overdue = new HashSet<>();
    private List<Demand> open = List.of();
    private final long startBlock;
    private long next;
    private String before;
    private Ends ends = new Ends(0, 0, 0);

    /**
     * How demands have ended, by final blocks that this process has read.
     *
     * @param answered in time by this defender's key
     * @param byOthers in time by another's
     * @param missed answered late, or concluded, or still open past the deadline
     */
    record Ends(long answered, long byOthers, long missed) {}

    /**
     * Of one tribunal.
     *
     * @param settlers in lower case, whose epochs are defended; everybody's, if it is empty
     * @param self whose answers are this defender's own, lower case
     * @param startBlock nothing was challenged before
     */
    Demands(
            JsonRpc rpc,
            TribunalChain chain,
            Finality finality,
            Set<String> settlers,
            String self,
            long startBlock,
            Bookmark bookmark) {
        this.rpc = rpc;
        this.chain = chain;
        this.finality = finality;
        this.settlers = settlers;
        this.self = self;
        this.bookmark = bookmark;
        this.startBlock = startBlock;
        next = bookmark.block();
        before = bookmark.hash();
    }

    /**
     * Reads on.
     *
     * @param newest block, as the node has it
     * @param nowSeconds by the chain's clock
     * @throws IOException if the node does not answer
     */
    void step(TribunalChain.Block newest, long nowSeconds) throws IOException {
        long end = Math.min(finality.newestNumber(rpc), newest.number());
        requireSameChain(newest.number());
        if (next <= end) {
            List<TribunalEvent> events = events(next, end);
            before = chain.hashOf(end); // asked for before anything counts, as it may fail
            next = end + 1;
            for (TribunalEvent event : events) {
                count(event);
                apply(event, settled);
            }
            mark();
        }
        Map<String, Challenged> now = new LinkedHashMap<>(settled);
        if (next <= newest.number()) {
            events(next, newest.number()).forEach(event -> apply(event, now));
        }
        debits.keySet().retainAll(now.keySet());
        List<Demand> demands = new ArrayList<>();
        for (Challenged challenge : now.values()) {
            demands.add(new Demand(challenge, debitOf(challenge)));
        }
        demands.sort(Demand.ORDER);
        open = List.copyOf(demands);
        noteOverdue(nowSeconds);
    }

    /**
     * Final blocks that are others now were not final, or the chain began again from an older
     * state: then all that was read of them is read again.
     */
    private void requireSameChain(long newest) throws IOException {
        if (before.isEmpty() || next - 1 > newest || chain.hashOf(next - 1).equals(before)) {
            return;
        }
        LOG.error(
                "block {} was {} and is another: the chain was set back beyond its final blocks, or"
                        + " --chain.finality is too near the newest; all is read again from block"
                        + " {}",
                next - 1,
                before,
                startBlock);
        settled.clear();
        debits.clear();
        own.clear();
        next = startBlock;
        before = "";
    }

    private void mark() throws IOException {
        long first =
                settled.values().stream()
                        .mapToLong(challenge -> challenge.at().block())
                        .min()
                        .orElse(next);
        if (first == next) {
            bookmark.move(next, before);
        } else if (first != bookmark.block()) {
            bookmark.move(first, chain.hashOf(first - 1));
        }
    }

    /** What waits for an answer by the newest block, in the order in which it is to be answered. */
    List<Demand> open() {
        return open;
    }

    /** Whether nothing is open, by final blocks too. */
    boolean isAtRest() {
        return open.isEmpty() && settled.isEmpty();
    }

    /** How they have ended. */
    Ends ends() {
        return ends;
    }

    /** Without the challenges of others' epochs. */
    private List<TribunalEvent> events(long first, long last) throws IOException {
        List<TribunalEvent> events = new ArrayList<>();
        for (TribunalEvent event : chain.events(first, last)) {
            if (!(event instanceof Challenged challenge) || isOwn(challenge)) {
                events.add(event);
            }
        }
        return events;
    }

    private static void apply(TribunalEvent event, Map<String, Challenged> to) {
        if (event instanceof Challenged challenge) {
            to.put(challenge.challenge(), challenge);
        } else if (event instanceof Answered answer) {
            to.remove(answer.challenge());
        } else if (event instanceof Concluded conclusion) {
            to.remove(conclusion.challenge());
        }
    }

    private void count(TribunalEvent event) {
        if (event instanceof Answered answer && settled.containsKey(answer.challenge())) {
            boolean byUs = answer.by().equals(self);
            if (!answer.inTime()) {
                missed(answer.challenge());
            } else {
                ends =
                        new Ends(
                                ends.answered + (byUs ? 1 : 0),
                                ends.byOthers + (byUs ? 0 : 1),
                                ends.missed);
            }
            overdue.remove(answer.challenge());
        } else if (event instanceof Concluded conclusion) {
            Challenged lost = settled.get(conclusion.challenge());
            if (lost != null) {
                missed(lost.challenge());
                overdue.remove(lost.challenge());
                LOG.error(
                        "{}: nobody has answered, and it was concluded by {}; {}",
                        lost.name(),
                        conclusion.by(),
                        conclusion.compensated()
                                ? "the bond has paid"
                                : "the statement had been compensated before");
            }
        }
    }

    private void noteOverdue(long nowSeconds) {
        for (Demand demand : open) {
            if (demand.secondsLeft(nowSeconds) < 0 && settled.containsKey(demand.id())) {
                missed(demand.id());
            }
        }
    }

    private void missed(String challenge) {
        if (overdue.add(challenge)) {
            ends = new Ends(ends.answered, ends.byOthers, ends.missed + 1);
        }
    }

    private boolean isOwn(Challenged challenge) throws IOException {
        if (settlers.isEmpty()) {
            return true;
        }
        String part = challenge.epoch() + "/" + challenge.part();
        Boolean known = own.get(part);
        if (known == null) {
            known = settlers.contains(chain.settlerOf(challenge.epoch(), challenge.part()));
            own.put(part, known);
        }
        return known;
    }

    private BigInteger debitOf(Challenged challenge) throws IOException {
        BigInteger known = debits.get(challenge.challenge());
        if (known == null) {
            known = chain.challenge(challenge.challenge()).debitNano();
            debits.put(challenge.challenge(), known);
        }
        return known;
    }
}
