package io.millrace.audit;

import io.millrace.audit.ChainBooks.Asked;
import io.millrace.audit.ChainBooks.Cancelled;
import io.millrace.audit.ChainBooks.Kind;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Posting;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.ChainBooks.SpendingAccount;
import io.millrace.audit.EpochPart.Release;
import io.millrace.audit.Totals.Total;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What became of every withdrawal request by the vault's own events: one at a time for each
 * account, closed by releases that add up to what was asked, by its owner, or by the hatch.
 */
final class WithdrawalHistory {

    /** How a request ended, so far. */
    enum End {
        OPEN,
        RELEASED,
        CANCELLED,
        ESCAPED
    }

    /** What names a request. */
    record WithdrawalId(long account, long request) {

        static WithdrawalId of(Release release) {
            return new WithdrawalId(release.account(), release.request());
        }

        @Override
        public String toString() {
            return "withdrawal " + request + " of account " + account;
        }
    }

    /**
     * A request and its end.
     *
     * @param debitedNano what epochs had debited from the account when it was asked for
     * @param settledEpoch last epoch that was wholly on chain then
     * @param afterEscape whether the owner had left by the hatch before
     * @param isAnswered whether the vault has released something of it, or nothing by name
     * @param releasedNano by all epochs
     * @param endBlock in which its owner took it back, 0 if never
     */
    record Withdrawal(
            Asked asked,
            BigInteger debitedNano,
            long settledEpoch,
            boolean afterEscape,
            boolean isAnswered,
            BigInteger releasedNano,
            End end,
            long endBlock) {

        WithdrawalId id() {
            return new WithdrawalId(asked.account(), asked.request());
        }

        /** Whether its owner did not wait for the rest, so that it may fall short. */
        boolean left() {
            return afterEscape || end == End.ESCAPED || end == End.CANCELLED;
        }

        /** What is not released of what was asked for. */
        BigInteger restNano() {
            return asked.amountNano().subtract(releasedNano);
        }

        /** The vault skips what is released of it later. */
        boolean isSkipped() {
            return end == End.ESCAPED || end == End.CANCELLED;
        }

        private Withdrawal released(BigInteger amountNano) {
            BigInteger sum = releasedNano.add(amountNano);
            boolean isWhole = sum.compareTo(asked.amountNano()) >= 0;
            return new Withdrawal(
                    asked,
                    debitedNano,
                    settledEpoch,
                    afterEscape,
                    true,
                    sum,
                    isWhole ? End.RELEASED : End.OPEN,
                    0);
        }

        private Withdrawal ended(End how, long block) {
            return new Withdrawal(
                    asked,
                    debitedNano,
                    settledEpoch,
                    afterEscape,
                    isAnswered,
                    releasedNano,
                    how,
                    block);
        }
    }

    /**
     * What an anchor knows of a request.
     *
     * @param sealedIn closed epoch that releases of it first, 0 if none
     * @param sealedNano what closed epochs release of it
     * @param heldNano signed limits of requests without an answer that are in closed epochs but
     *     were not when it was asked for
     */
    record Carried(
            Withdrawal withdrawal, long sealedIn, BigInteger sealedNano, BigInteger heldNano) {}

    private final Findings findings;
    private final Totals totals;
    private final Map<WithdrawalId, Withdrawal> withdrawals = new LinkedHashMap<>();
    private final Map<Long, Withdrawal> newest = new HashMap<>();
    private final Map<Long, BigInteger> debited;
    private final Set<Long> escaped;
    private final List<Release> answers = new ArrayList<>();
    private long settledEpoch;

    /**
     * Adds to {@code findings} what the vault would never do. The rest is what an anchor knows.
     *
     * @param carried what owners had asked for
     */
    WithdrawalHistory(
            List<Carried> carried,
            Map<Long, BigInteger> debited,
            Set<Long> escaped,
            long settledEpoch,
            Findings findings,
            Totals totals) {
        this.debited = new HashMap<>(debited);
        this.escaped = new HashSet<>(escaped);
        this.settledEpoch = settledEpoch;
        this.findings = findings;
        this.totals = totals;
        carried.forEach(one -> put(one.withdrawal()));
    }

    /** All movements have come. */
    void end(ChainBooks chain) {
        answers.forEach(answer -> findings.add(answer + " is answered by no settlement"));
        chain.spending().forEach(this::compare);
    }

    /** In the order in which they were asked for. */
    Collection<Withdrawal> all() {
        return withdrawals.values();
    }

    @Nullable Withdrawal get(WithdrawalId id) {
        return withdrawals.get(id);
    }

    /** Number of the newest request of {@code account}, 0 if none. */
    long lastRequest(long account) {
        Withdrawal last = newest.get(account);
        return last == null ? 0 : last.asked().request();
    }

    /** Last epoch that is wholly on chain. */
    long settledEpoch() {
        return settledEpoch;
    }

    /** What epochs have debited from each spending account. */
    Map<Long, BigInteger> debited() {
        return debited;
    }

    boolean isNewest(WithdrawalId id) {
        return lastRequest(id.account()) == id.request();
    }

    /** In the order of the chain. */
    void movement(Movement movement) {
        if (movement instanceof Asked asked) {
            ask(asked);
        } else if (movement instanceof Cancelled cancelled) {
            cancel(cancelled);
        } else if (movement instanceof Settlement settlement) {
            settle(settlement);
        } else if (movement instanceof Posting posting) {
            post(posting);
        }
    }

    private void ask(Asked asked) {
        totals.count(Total.WITHDRAWALS);
        long due = lastRequest(asked.account()) + 1;
        if (asked.request() != due || open(asked.account()) != null) {
            findings.add(
                    "account %d asks for withdrawal %d where %d is due and the one before closed"
                            .formatted(asked.account(), asked.request(), due));
        }
        put(
                new Withdrawal(
                        asked,
                        debited.getOrDefault(asked.account(), BigInteger.ZERO),
                        settledEpoch,
                        escaped.contains(asked.account()),
                        false,
                        BigInteger.ZERO,
                        End.OPEN,
                        0));
    }

    private void cancel(Cancelled cancelled) {
        Withdrawal open = open(cancelled.account());
        if (open == null
                || open.asked().request() != cancelled.request()
                || !open.restNano().equals(cancelled.amountNano())) {
            findings.add(
                    "the vault cancelled %s nano-USD of withdrawal %d of account %d, which are not open"
                            .formatted(
                                    cancelled.amountNano(),
                                    cancelled.request(),
                                    cancelled.account()));
            return;
        }
        totals.count(Total.CANCELLED);
        put(open.ended(End.CANCELLED, cancelled.block()));
    }

    private void post(Posting posting) {
        Release answer = new Release(posting.account(), posting.request(), posting.amountNano());
        if (posting.kind() == Kind.RELEASED) {
            answers.add(answer);
            release(answer);
        } else if (posting.kind() == Kind.RELEASE_SKIPPED) {
            answers.add(answer);
            Withdrawal skipped = withdrawals.get(WithdrawalId.of(answer));
            if (skipped == null || !skipped.isSkipped()) {
                findings.add("the vault skipped " + answer + ", which its owner had not closed");
            }
        } else if (posting.kind() == Kind.ESCAPED) {
            escape(posting);
        }
    }

    private void release(Release answer) {
        Withdrawal open = open(answer.account());
        if (open == null || open.asked().request() != answer.request()) {
            findings.add("the vault released " + answer + ", which is not open");
            return;
        }
        if (answer.amountNano().compareTo(open.restNano()) > 0) {
            findings.add("the vault released %s, %s were open".formatted(answer, open.restNano()));
        }
        put(open.released(answer.amountNano()));
    }

    private void escape(Posting posting) {
        escaped.add(posting.account());
        Withdrawal open = open(posting.account());
        long due = open == null ? 0 : open.asked().request();
        if (posting.request() != due) {
            findings.add(
                    "the hatch closed withdrawal %d of account %d, open was %d"
                            .formatted(posting.request(), posting.account(), due));
        }
        if (open != null) {
            totals.count(Total.ESCAPED);
            put(open.ended(End.ESCAPED, 0));
        }
    }

    /** The events of a settlement's releases come before its own. */
    private void settle(Settlement settlement) {
        EpochPart part = settlement.part();
        if (!part.released().equals(answers)) {
            findings.add(
                    "%s was given to settle with releases %s, its events say %s"
                            .formatted(part.name(), part.released(), answers));
        }
        answers.clear();
        part.debitsByAccount()
                .forEach((account, amount) -> debited.merge(account, amount, BigInteger::add));
        if (part.header().part() + 1 == part.header().parts()) {
            settledEpoch = part.header().epoch();
        }
    }

    private void compare(SpendingAccount account) {
        Withdrawal open = open(account.account());
        BigInteger openNano = open == null ? BigInteger.ZERO : open.restNano();
        if (account.lastRequest() != lastRequest(account.account())
                || !account.openRequestNano().equals(openNano)) {
            findings.add(
                    "account %d has asked %d times and %s nano-USD are open, its history gives"
                                    .formatted(
                                            account.account(),
                                            account.lastRequest(),
                                            account.openRequestNano())
                            + " %d and %s".formatted(lastRequest(account.account()), openNano));
        }
    }

    private @Nullable Withdrawal open(long account) {
        Withdrawal last = newest.get(account);
        return last != null && last.end() == End.OPEN ? last : null;
    }

    private void put(Withdrawal withdrawal) {
        withdrawals.put(withdrawal.id(), withdrawal);
        newest.merge(
                withdrawal.asked().account(),
                withdrawal,
                (one, other) -> other.asked().request() < one.asked().request() ? one : other);
    }
}
