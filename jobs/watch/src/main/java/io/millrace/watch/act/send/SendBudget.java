package io.millrace.watch.act.send;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** What may still be spent, by what the journal says was. */
final class SendBudget {

    private static final long DAY_MILLIS = 24L * 3_600 * 1_000;

    private final SendJournal journal;
    private final Map<String, Outcome> mined;
    private final SendLimits limits;
    private final String address;

    /** With what blocks have of the journal's open ones, by id: that has cost what it has cost. */
    SendBudget(SendJournal journal, Map<String, Outcome> mined, SendLimits limits, String address) {
        this.journal = journal;
        this.mined = mined;
        this.limits = limits;
        this.address = address;
    }

    /** Gas money of a day, the worst case of what is in no block counted. */
    BigInteger spentWei(long nowMillis) {
        BigInteger spent =
                journal.ended().values().stream()
                        .filter(end -> end.millis() > nowMillis - DAY_MILLIS)
                        .map(Ended::feeWei)
                        .reduce(BigInteger.ZERO, BigInteger::add);
        for (List<Sent> sents : journal.open().values()) {
            Sent last = sents.get(sents.size() - 1);
            Outcome seen = mined.get(last.id());
            spent = spent.add(seen == null ? last.mostWei() : seen.feeWei());
        }
        return spent;
    }

    /** Why a transaction is not to be sent, empty if it may be. */
    String refusal(
            long gasLimit, Fees fees, BigInteger valueWei, BigInteger balanceWei, long nowMillis) {
        BigInteger most =
                BigInteger.valueOf(gasLimit).multiply(BigInteger.valueOf(fees.maxFeePerGasWei()));
        BigInteger spent = spentWei(nowMillis).add(most);
        if (spent.compareTo(limits.budgetWei()) > 0) {
            return "the gas of a day would come to %d wei, the budget is %d"
                    .formatted(spent, limits.budgetWei());
        }
        BigInteger deposits = depositsWei(nowMillis).add(valueWei);
        if (valueWei.signum() != 0 && deposits.compareTo(limits.depositsWei()) > 0) {
            return "the deposits of a day would come to %d wei, the limit is %d"
                    .formatted(deposits, limits.depositsWei());
        }
        BigInteger needed = most.add(valueWei);
        for (List<Sent> sents : journal.open().values()) {
            Sent last = sents.get(sents.size() - 1);
            if (!mined.containsKey(last.id())) {
                needed = needed.add(last.mostWei()).add(last.valueWei());
            }
        }
        return balanceWei.compareTo(needed) >= 0
                ? ""
                : "%s has %d wei and needs %d; send it money for gas"
                        .formatted(address, balanceWei, needed);
    }

    private BigInteger depositsWei(long nowMillis) {
        BigInteger bound =
                journal.ended().values().stream()
                        .filter(end -> end.millis() > nowMillis - DAY_MILLIS && end.ok())
                        .map(Ended::valueWei)
                        .reduce(BigInteger.ZERO, BigInteger::add);
        for (List<Sent> sents : journal.open().values()) {
            bound = bound.add(sents.get(0).valueWei());
        }
        return bound;
    }
}
