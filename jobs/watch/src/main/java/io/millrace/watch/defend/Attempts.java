package io.millrace.watch.defend;

import io.millrace.watch.act.send.Outcome;
import io.millrace.watch.act.send.TransactionSender;
import java.util.List;
import java.util.Optional;

/**
 * Which transaction answers a challenge: one, however often it is asked, unless that was in vain.
 * It was if a final block has it and the challenge is open all the same: it came before the
 * challenge after a reorganisation and was reverted, or the chain began again from an older state.
 * One thread.
 */
final class Attempts {

    static final int MOST = 5;

    private final TransactionSender sender;
    private long newest;

    Attempts(TransactionSender sender) {
        this.sender = sender;
    }

    /**
     * What is open after a block. Answers that are said to be in it, or before, are looked for
     * again.
     */
    void see(List<Demand> open, long block) {
        newest = block;
        for (Demand demand : open) {
            next(demand)
                    .filter(wish -> sender.outcome(wish).filter(this::isContradicted).isPresent())
                    .ifPresent(sender::doubt);
        }
    }

    /** The wish that answers, by its id; empty if there were enough. */
    Optional<String> next(Demand demand) {
        for (int attempt = 1; attempt <= MOST; attempt++) {
            String wish = "answer " + demand.id() + (attempt == 1 ? "" : " again " + attempt);
            Optional<Outcome> known = sender.outcome(wish);
            if (known.isEmpty() || !isInVain(known.get())) {
                return Optional.of(wish);
            }
        }
        return Optional.empty();
    }

    /** What became of the wish that answers, empty if it may be wished or there were enough. */
    Optional<Outcome> outcome(Demand demand) {
        return next(demand).flatMap(sender::outcome);
    }

    /** Whether its transaction is still to be sent. */
    boolean isToBeSent(Demand demand) {
        Optional<String> wish = next(demand);
        return wish.isPresent() && sender.outcome(wish.get()).isEmpty();
    }

    private boolean isInVain(Outcome outcome) {
        return outcome.isFinal()
                && (outcome.state() == Outcome.State.REVERTED || isContradicted(outcome));
    }

    private boolean isContradicted(Outcome outcome) {
        return outcome.state() == Outcome.State.DONE && outcome.block() <= newest;
    }
}
