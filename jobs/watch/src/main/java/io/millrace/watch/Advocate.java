package io.millrace.watch;

import io.millrace.watch.Case.Action;
import io.millrace.watch.Case.State;
import io.millrace.watch.act.Kind;
import io.millrace.watch.act.TribunalCalls;
import io.millrace.watch.act.TribunalChain;
import io.millrace.watch.act.TribunalChain.Block;
import io.millrace.watch.act.TribunalChain.Terms;
import io.millrace.watch.act.send.Outcome;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each case before the tribunal, the dearest first, and asks the chain, not its own memory,
 * what has become of it. So it may be ended at any point and goes on. One thread.
 */
public final class Advocate {

    private static final Logger LOG = LoggerFactory.getLogger(Advocate.class);
    private static final String CONCLUSION = "/conclude";

    /** What is seen of a case, for how long. */
    private static final String PAID = "paid";

    private static final String SHOWN = "shown";
    private static final String REFUSED = "refused";

    private final Docket docket;
    private final TribunalChain chain;
    private final Terms terms;
    private final Messenger messenger;
    private final Sequel sequel;
    private final int mostOpen;
    private final FinalBlocks finality;
    private final Random random;
    private final Steadiness steady = new Steadiness();
    private final Map<String, String> complaints = new HashMap<>();

    /**
     * Of one tribunal.
     *
     * @param finality of what ends a case: until then a reorganisation may take it back
     * @param mostOpen challenges that may be open at once: each has a deposit in it
     * @param random that no settler can foresee
     */
    public Advocate(
            Docket docket,
            TribunalChain chain,
            Terms terms,
            Messenger messenger,
            Sequel sequel,
            FinalBlocks finality,
            int mostOpen,
            Random random) {
        this.docket = docket;
        this.chain = chain;
        this.terms = terms;
        this.messenger = messenger;
        this.sequel = sequel;
        this.finality = finality;
        this.mostOpen = mostOpen;
        this.random = random;
    }

    /** Says which blocks stay. */
    @FunctionalInterface
    public interface FinalBlocks {

        /** Number of the newest of them. */
        long newest() throws IOException;
    }

    /** What follows from an answer, and from a refusal. */
    public interface Sequel {

        /** The settler has answered {@code challenge}. */
        void answered(Case challenge, String id) throws IOException;

        /** The tribunal takes no proof of {@code proof}, or nobody can send it. */
        void refused(Case proof) throws IOException;
    }

    /** Goes on with every case. */
    public void step() throws IOException {
        List<Case> open = docket.open();
        if (!open.isEmpty()) {
            Block newest = chain.newest();
            steady.begin(
                    newest,
                    finality.newest(),
                    open.stream().map(Case::id).collect(Collectors.toSet()));
            long room =
                    mostOpen
                            - open.stream()
                                    .filter(one -> !one.action().isProof())
                                    .filter(one -> one.state() != State.FOUND)
                                    .filter(one -> !steady.isSeen(SHOWN, one))
                                    .count();
            // Of what costs the same, nobody foresees what is demanded next.
            Collections.shuffle(open, random);
            open.sort(Comparator.comparing(Case::debitNano).reversed());
            for (Case one : open) {
                boolean starts = one.state() == State.FOUND && !one.action().isProof();
                if (!starts || room > 0) {
                    room -= starts ? 1 : 0;
                    step(one, newest);
                }
            }
        }
        messenger.step();
    }

    private void step(Case one, Block newest) throws IOException {
        if (isCompensated(one) && !isToBeConcluded(one)) {
            if (steady.isFinal(PAID, one)) {
                docket.move(one, State.COMPENSATED);
                complaints.remove(one.id());
                LOG.warn("{}: compensated, as {}", one.name(), one.why());
            }
            return;
        }
        steady.forget(PAID, one);
        if (one.action().isProof()) {
            prove(one);
        } else {
            challenge(one, newest);
        }
    }

    private void prove(Case one) throws IOException {
        if (one.state() == State.FOUND && isTooLate(one)) {
            return;
        }
        for (int call = 0; one.concernsEarner() && call < one.what(); call++) {
            Outcome shown =
                    messenger.submit(
                            Docket.idOf(one, call), docket.call(one, call), BigInteger.ZERO);
            if (shown.state() != Outcome.State.DONE) {
                handle(one, shown, "partly shown");
                return;
            }
        }
        send(one, BigInteger.ZERO, "proven");
    }

    private void challenge(Case one, Block newest) throws IOException {
        String id = challengeId(one);
        TribunalChain.Case known = chain.challenge(id);
        if (known.deadlineSeconds() == 0) {
            if (one.state() != State.FOUND || !isTooLate(one)) {
                send(one, terms.depositWei(), "challenged");
            }
        } else if (!known.isOpen()) {
            answered(one, id);
            return;
        } else if (newest.seconds() > known.deadlineSeconds()) {
            conclude(one);
        } else if (one.state() != State.CHALLENGED) {
            docket.move(one, State.CHALLENGED);
        }
        steady.forget(SHOWN, one);
    }

    /** What follows is done at once, as time is short; the case ends when nothing undoes it. */
    private void answered(Case one, String id) throws IOException {
        if (!steady.isSeen(SHOWN, one)) {
            sequel.answered(one, id);
            LOG.info("{}: {}; the settler has answered", one.name(), one.why());
        }
        if (steady.isFinal(SHOWN, one)) {
            docket.move(one, State.ANSWERED);
        }
    }

    private void conclude(Case one) throws IOException {
        if (one.state() != State.CONCLUDING) {
            LOG.warn("{}: nobody has answered; concluded now", one.name());
            docket.move(one, State.CONCLUDING);
        }
        Outcome outcome =
                messenger.submit(
                        one.id() + CONCLUSION,
                        TribunalCalls.conclude(
                                one.epoch(), one.part(), one.account(), kind(one), one.what()),
                        BigInteger.ZERO);
        complain(one, outcome);
    }

    private void send(Case one, BigInteger valueWei, String done) throws IOException {
        Outcome outcome = messenger.submit(one.id(), docket.call(one), valueWei);
        handle(one, outcome, done);
        if (one.concernsEarner() && outcome.state() == Outcome.State.DONE && outcome.isFinal()) {
            unconvinced(one, outcome);
        }
    }

    /** What was shown is kept, and was not enough: nothing that is done again would be. */
    private void unconvinced(Case one, Outcome outcome) throws IOException {
        if (!isCompensated(one)) {
            docket.move(one, State.REFUSED);
            LOG.error(
                    "{}: {}, and the tribunal finds that it was paid: {}",
                    one.name(),
                    one.why(),
                    outcome.hash());
        }
    }

    private void handle(Case one, Outcome outcome, String done) throws IOException {
        boolean refused = isRefused(outcome) && !isDecided(one);
        if (!refused) {
            steady.forget(REFUSED, one);
        }
        if (outcome.isSent() && one.state() == State.FOUND) {
            LOG.warn("{}: {}; {} in {}", one.name(), one.why(), done, outcome.hash());
            docket.move(one, State.SENT);
        } else if (refused && steady.isFinal(REFUSED, one)) {
            if (one.action().isProof()) {
                sequel.refused(one); // first, so that no end of the process forgets it
            }
            docket.move(one, State.REFUSED);
            LOG.error(
                    "{}: {}, and the tribunal refuses it: {} {}",
                    one.name(),
                    one.why(),
                    outcome.reason(),
                    outcome.hash());
        } else {
            complain(one, outcome);
        }
    }

    /** By the contract or its size, not by a node in a hurry or a key that has no money. */
    private static boolean isRefused(Outcome outcome) {
        return outcome.state() == Outcome.State.TOO_LARGE
                || (outcome.state() == Outcome.State.REVERTED && outcome.isFinal())
                || (outcome.state() == Outcome.State.REFUSED
                        && outcome.reason().matches("[A-Za-z]+"));
    }

    /** Somebody else was first. */
    private boolean isDecided(Case one) throws IOException {
        return isCompensated(one)
                || (!one.action().isProof()
                        && chain.challenge(challengeId(one)).deadlineSeconds() != 0);
    }

    private boolean isCompensated(Case one) throws IOException {
        return one.concernsEarner()
                ? chain.isEarnerCompensated(one.epoch(), one.account())
                : chain.statement(one.epoch(), one.part(), one.account()).compensated();
    }

    /** What keeps a case from being sent is said once, until it is another. */
    private void complain(Case one, Outcome outcome) {
        boolean isNew = !outcome.reason().equals(complaints.put(one.id(), outcome.reason()));
        if (isNew && !outcome.reason().isEmpty()) {
            LOG.error("{}: {}, and it is not sent: {}", one.name(), one.why(), outcome.reason());
        }
    }

    private boolean isTooLate(Case one) throws IOException {
        if (chain.isAnswerable(one.epoch(), one.part())) {
            return false;
        }
        docket.move(one, State.TOO_LATE);
        LOG.error(
                "{}: {}, and its window is closed: nobody answers for it any more",
                one.name(),
                one.why());
        return true;
    }

    /** Compensated by another case, and its own challenge still has the deposit. */
    private boolean isToBeConcluded(Case one) throws IOException {
        return !one.action().isProof()
                && one.state() != State.FOUND
                && chain.challenge(challengeId(one)).isOpen();
    }

    private String challengeId(Case one) throws IOException {
        return chain.challengeOf(one.epoch(), one.part(), one.account(), kind(one), one.what());
    }

    private static Kind kind(Case one) {
        return one.action() == Action.CHALLENGE_STATEMENT ? Kind.STATEMENT : Kind.LEAF;
    }
}
