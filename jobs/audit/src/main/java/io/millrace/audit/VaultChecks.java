package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.EarningAccount;
import io.millrace.audit.ChainBooks.Kind;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Posting;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.ChainBooks.SpendingAccount;
import io.millrace.audit.KafkaBooks.Charge;
import io.millrace.audit.Totals.Total;
import io.millrace.audit.read.ProviderKeys;
import java.io.IOException;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The vault holds what its history says, owes no more than it has, and is owed nothing (M2, M6).
 */
final class VaultChecks {

    /** Each is asked of the chain. */
    private static final int MOST_SIGNERS = 20_000;

    private final Totals totals;
    private final Map<Long, BigInteger> spending;
    private final Map<Long, BigInteger> released;
    private final Map<Long, BigInteger> earning;
    private final Set<Long> escaped;
    private final Map<Long, BigInteger> pending = new TreeMap<>();
    private final Map<Long, BigInteger> ahead = new HashMap<>();
    private final Map<Long, String> spenders = new HashMap<>();
    private final Map<Signer, Latest> signers = new HashMap<>();
    private final Findings ofOwners = new Findings();
    private final Findings unsettled = new Findings();
    private long pendingCharges;
    private BigInteger pendingNano = BigInteger.ZERO;

    /** Who signed for an earning account. */
    private record Signer(long account, String key) {}

    /** The request that was admitted last of those that a key answered for. */
    private record Latest(String requestId, long admittedMillis) {}

    VaultChecks(AnchorState before, Totals totals) {
        this.totals = totals;
        spending = new TreeMap<>(before.spending());
        released = new TreeMap<>(before.released());
        earning = new TreeMap<>(before.earning());
        escaped = new TreeSet<>(before.escaped());
    }

    /** In the order of the chain. */
    void movement(Movement movement) {
        if (movement instanceof Settlement settlement) {
            settle(settlement);
        } else if (movement instanceof Posting posting) {
            post(posting.kind(), posting.account(), posting.amountNano());
        }
    }

    /** Behind the movements and before the charges: whom the accounts belong to. */
    void read(ChainBooks chain) {
        chain.spending().forEach(account -> spenders.put(account.account(), account.owner()));
    }

    /** Any charge, once. */
    void owners(Charge charge) {
        String spender = spenders.getOrDefault(charge.requesterAccount(), "nobody");
        if (!spender.equals(charge.requesterAddress())) {
            ofOwners.add(
                    "%s debits spending account %d of %s for requester %s"
                            .formatted(
                                    charge.requestId(),
                                    charge.requesterAccount(),
                                    spender,
                                    charge.requesterAddress()));
        }
        Signer signer = new Signer(charge.providerAccount(), charge.providerAddress());
        if (signers.size() >= MOST_SIGNERS && !signers.containsKey(signer)) {
            ofOwners.add(
                    "%s credits earning account %d for key %s, one of more than %d that sign here"
                            .formatted(
                                    charge.requestId(),
                                    signer.account(),
                                    signer.key(),
                                    MOST_SIGNERS));
            return;
        }
        signers.merge(
                signer,
                new Latest(charge.requestId(), charge.admittedMillis()),
                (known, other) -> known.admittedMillis >= other.admittedMillis ? known : other);
    }

    /**
     * Behind the charges: whether each key signed for the account that its charges credit, when the
     * last of their requests was admitted. So a key that ended is found by what it signed after.
     */
    void signers(Ledger ledger) throws IOException {
        for (Map.Entry<Signer, Latest> one : signers.entrySet()) {
            Signer signer = one.getKey();
            Latest latest = one.getValue();
            BigInteger until = ledger.signsUntil(signer.account(), signer.key());
            if (!ProviderKeys.answers(until, BigInteger.valueOf(latest.admittedMillis()))) {
                ofOwners.add(
                        "%s credits earning account %d for key %s, which %s"
                                .formatted(
                                        latest.requestId(),
                                        signer.account(),
                                        signer.key(),
                                        until.signum() == 0
                                                ? "never signed for it"
                                                : "signed for requests admitted before unix second %s and not at %d ms"
                                                        .formatted(
                                                                until, latest.admittedMillis())));
            }
        }
    }

    /** A charge in no epoch that is wholly on chain. */
    void pending(Charge charge) {
        pendingCharges++;
        pendingNano = pendingNano.add(charge.debitNano());
        add(pending, charge.requesterAccount(), charge.debitNano());
        unsettled.add(
                "%s, %s nano-USD, is not settled"
                        .formatted(charge.requestId(), charge.debitNano()));
    }

    /** What was debited on chain for charges that are still named as pending, by account. */
    void settledAhead(Map<Long, BigInteger> debits) {
        debits.forEach((account, amount) -> add(ahead, account, amount));
    }

    List<Check> all(ChainBooks chain, boolean requireSettled) {
        return List.of(
                ofOwners.check(
                        "account-owners",
                        "%d charges on accounts of their requester and of the provider whose key signed"
                                .formatted(totals.of(Total.CHARGES))),
                balances(chain),
                solvency(chain),
                covered(chain),
                settled(requireSettled));
    }

    /** What each account's history gives. */
    Map<Long, BigInteger> spendingBalances() {
        return spending;
    }

    Map<Long, BigInteger> releasedBalances() {
        return released;
    }

    Map<Long, BigInteger> earningBalances() {
        return earning;
    }

    Set<Long> escapedAccounts() {
        return escaped;
    }

    private void post(Kind kind, long account, BigInteger amount) {
        switch (kind) {
            case DEPOSITED -> add(spending, account, amount);
            case RELEASED -> {
                add(spending, account, amount.negate());
                add(released, account, amount);
            }
            case RELEASE_SKIPPED -> {
                // nothing moved
            }
            case TAKEN -> add(released, account, amount.negate());
            case ESCAPED -> {
                add(spending, account, amount.negate());
                add(released, account, amount);
                escaped.add(account);
            }
            case COMPENSATED -> add(released, account, amount);
            case EARNER_COMPENSATED -> add(earning, account, amount);
            case EARNINGS_WITHDRAWN -> add(earning, account, amount.negate());
        }
    }

    private void settle(Settlement settlement) {
        settlement
                .part()
                .debitsByAccount()
                .forEach((account, amount) -> add(spending, account, amount.negate()));
        settlement
                .part()
                .creditsByAccount()
                .forEach((account, amount) -> add(earning, account, amount));
    }

    private Check balances(ChainBooks chain) {
        Findings findings = new Findings();
        Set<Long> unread = new HashSet<>(spending.keySet());
        for (SpendingAccount account : chain.spending()) {
            unread.remove(account.account());
            compare("spending", account.account(), account.balanceNano(), spending, findings);
            compare("released of", account.account(), account.releasedNano(), released, findings);
        }
        unread.forEach(account -> findings.add("spending account " + account + " is not open"));
        unread = new HashSet<>(earning.keySet());
        for (EarningAccount account : chain.earning()) {
            unread.remove(account.account());
            compare("earning", account.account(), account.balanceNano(), earning, findings);
        }
        unread.forEach(account -> findings.add("earning account " + account + " is not open"));
        return findings.check(
                "vault-balances",
                "%d spending and %d earning accounts read at block %d, each = its %s"
                        .formatted(
                                chain.spending().size(),
                                chain.earning().size(),
                                chain.block(),
                                "deposits - withdrawals ± settled"));
    }

    private static void compare(
            String ledger,
            long account,
            BigInteger held,
            Map<Long, BigInteger> history,
            Findings findings) {
        BigInteger due = balance(history, account);
        if (!held.equals(due)) {
            findings.add(
                    "%s account %d holds %s nano-USD, its history gives %s"
                            .formatted(ledger, account, held, due));
        }
    }

    private Check solvency(ChainBooks chain) {
        Findings findings = new Findings();
        BigInteger owed = BigInteger.ZERO;
        for (SpendingAccount account : chain.spending()) {
            owed = owed.add(account.balanceNano()).add(account.releasedNano());
        }
        for (EarningAccount account : chain.earning()) {
            owed = owed.add(account.balanceNano());
        }
        BigInteger held = chain.tokenBalance().multiply(chain.scale());
        if (held.compareTo(owed) < 0) {
            findings.add("the vault holds " + held + " nano-USD and owes " + owed);
        }
        return findings.check("vault-solvency", "holds %s nano-USD, owes %s".formatted(held, owed));
    }

    /** Debt is impossible: what is charged and not yet settled is still in the account. */
    private Check covered(ChainBooks chain) {
        Findings findings = new Findings();
        Map<Long, BigInteger> held = new HashMap<>();
        chain.spending().forEach(account -> held.put(account.account(), account.balanceNano()));
        pending.forEach(
                (account, charged) -> {
                    BigInteger amount = charged.subtract(balance(ahead, account));
                    // Who left by the hatch took what was pending with it, as M7 allows.
                    boolean left = escaped.contains(account);
                    if (!left && balance(held, account).compareTo(amount) < 0) {
                        findings.add(
                                "spending account %d holds %s nano-USD, %s are pending"
                                        .formatted(account, balance(held, account), amount));
                    }
                });
        return findings.check(
                "pending-covered", pending.size() + " accounts hold what they still owe");
    }

    private Check settled(boolean requireSettled) {
        String compared =
                "%d charges settled, %d pending with %s nano-USD"
                        .formatted(
                                totals.of(Total.CHARGES).longValueExact() - pendingCharges,
                                pendingCharges,
                                pendingNano);
        return (requireSettled ? unsettled : new Findings()).check("charges-settled", compared);
    }

    private static void add(Map<Long, BigInteger> balances, long account, BigInteger amount) {
        balances.merge(account, amount, BigInteger::add);
    }

    private static BigInteger balance(Map<Long, BigInteger> balances, long account) {
        return balances.getOrDefault(account, BigInteger.ZERO);
    }
}
