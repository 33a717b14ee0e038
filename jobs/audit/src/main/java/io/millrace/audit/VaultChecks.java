package io.millrace.audit;

import io.millrace.audit.Books.Check;
import io.millrace.audit.ChainBooks.EarningAccount;
import io.millrace.audit.ChainBooks.Kind;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Posting;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.ChainBooks.SpendingAccount;
import io.millrace.audit.KafkaBooks.Charge;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The vault holds what its history says, owes no more than it has, and is owed nothing (M2, M6).
 */
final class VaultChecks {

    private final Evidence evidence;
    private final ChainBooks chain;
    private final Map<Long, BigInteger> spending = new TreeMap<>();
    private final Map<Long, BigInteger> released = new HashMap<>();
    private final Map<Long, BigInteger> earning = new TreeMap<>();
    private final Set<Long> escaped = new HashSet<>();

    VaultChecks(Evidence evidence) {
        this.evidence = evidence;
        chain = evidence.chain();
        chain.movements().forEach(this::apply);
    }

    List<Check> all() {
        return List.of(owners(), balances(), solvency(), covered(), settled());
    }

    private void apply(Movement movement) {
        if (movement instanceof Settlement settlement) {
            settle(settlement);
        } else if (movement instanceof Posting posting) {
            post(posting.kind(), posting.account(), posting.amountNano());
        }
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
                // What is less than a base unit of the token stays, as released.
                add(released, account, balance(spending, account).subtract(amount));
                spending.put(account, BigInteger.ZERO);
                escaped.add(account);
            }
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

    private Check owners() {
        Findings findings = new Findings();
        Map<Long, String> spenders = new HashMap<>();
        Map<Long, String> earners = new HashMap<>();
        chain.spending().forEach(account -> spenders.put(account.account(), account.owner()));
        chain.earning().forEach(account -> earners.put(account.account(), account.owner()));
        for (Charge charge : evidence.kafka().charges()) {
            String spender = spenders.getOrDefault(charge.requesterAccount(), "nobody");
            String earner = earners.getOrDefault(charge.providerAccount(), "nobody");
            if (!spender.equals(charge.requesterAddress())) {
                findings.add(
                        "%s debits spending account %d of %s for requester %s"
                                .formatted(
                                        charge.requestId(),
                                        charge.requesterAccount(),
                                        spender,
                                        charge.requesterAddress()));
            }
            if (!earner.equals(charge.providerAddress())) {
                findings.add(
                        "%s credits earning account %d of %s for provider %s"
                                .formatted(
                                        charge.requestId(),
                                        charge.providerAccount(),
                                        earner,
                                        charge.providerAddress()));
            }
        }
        return findings.check(
                "account-owners",
                "%d charges on accounts of their requester and provider"
                        .formatted(evidence.kafka().charges().size()));
    }

    private Check balances() {
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

    private Check solvency() {
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
    private Check covered() {
        Findings findings = new Findings();
        Map<Long, BigInteger> pending = new TreeMap<>();
        for (Charge charge : pendingCharges()) {
            add(pending, charge.requesterAccount(), charge.debitNano());
        }
        Map<Long, BigInteger> held = new HashMap<>();
        chain.spending().forEach(account -> held.put(account.account(), account.balanceNano()));
        pending.forEach(
                (account, amount) -> {
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

    private Check settled() {
        Findings findings = new Findings();
        List<Charge> pending = pendingCharges();
        BigInteger total =
                pending.stream().map(Charge::debitNano).reduce(BigInteger.ZERO, BigInteger::add);
        if (evidence.requireSettled()) {
            pending.forEach(
                    charge ->
                            findings.add(
                                    "%s, %s nano-USD, is not settled"
                                            .formatted(charge.requestId(), charge.debitNano())));
        }
        return findings.check(
                "charges-settled",
                "%d charges settled, %d pending with %s nano-USD"
                        .formatted(
                                evidence.kafka().charges().size() - pending.size(),
                                pending.size(),
                                total));
    }

    private List<Charge> pendingCharges() {
        Set<String> settled = evidence.settledRequests();
        return evidence.kafka().charges().stream()
                .filter(charge -> !settled.contains(charge.requestId()))
                .toList();
    }

    private static void add(Map<Long, BigInteger> balances, long account, BigInteger amount) {
        balances.merge(account, amount, BigInteger::add);
    }

    private static BigInteger balance(Map<Long, BigInteger> balances, long account) {
        return balances.getOrDefault(account, BigInteger.ZERO);
    }
}
