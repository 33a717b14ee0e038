package io.millrace.local.cheat;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An epoch before it is sealed: honest charges of the others, and what a cheat does to the victim.
 */
final class Draft {

    private final Market market;
    private final Cast cast;
    private final Party victim;
    private final List<Sale> sales = new ArrayList<>();
    private final Map<Integer, Long> debitsMoved = new TreeMap<>();
    private final Map<Integer, Long> creditsMoved = new TreeMap<>();
    private final Set<String> withheld = new HashSet<>();
    private boolean half;

    /** With an honest charge of each of the others. */
    Draft(Market market, Cast cast, Party victim) {
        this.market = requireNonNull(market, "market is null");
        this.cast = requireNonNull(cast, "cast is null");
        this.victim = requireNonNull(victim, "victim is null");
        cast.others().forEach(other -> charge(saleTo(other, 2 * market.feeNano())));
    }

    Market market() {
        return market;
    }

    Cast cast() {
        return cast;
    }

    Party victim() {
        return victim;
    }

    /** An honest one of the victim's, that could cost twice as much. */
    Sale sale() {
        return saleTo(victim, 2 * market.feeNano());
    }

    /** An honest one to anybody. */
    Sale saleTo(Party requester, long maxFeeNano) {
        return market.sell(requester, cast.provider(), maxFeeNano);
    }

    /** Puts a charge into the epoch. */
    void charge(Sale sale) {
        sales.add(sale);
    }

    /** Debits {@code to} of what the receipts debit of {@code from}. */
    void moveDebit(Party from, Party to, long nano) {
        move(debitsMoved, from, to, nano);
    }

    /** Credits {@code to} with what the receipts credit {@code from} with. */
    void moveCredit(Party from, Party to, long nano) {
        move(creditsMoved, from, to, nano);
    }

    /** Does not publish the receipt of {@code sale}. */
    void withhold(Sale sale) {
        withheld.add(sale.evidence().requestId());
    }

    /** Posts the first part of two and stops. */
    void postHalf() {
        half = true;
    }

    List<Sale> sales() {
        return List.copyOf(sales);
    }

    Map<Integer, Long> debitsMoved() {
        return debitsMoved;
    }

    Map<Integer, Long> creditsMoved() {
        return creditsMoved;
    }

    boolean isWithheld(String requestId) {
        return withheld.contains(requestId);
    }

    boolean isHalf() {
        return half;
    }

    private static void move(Map<Integer, Long> moved, Party from, Party to, long nano) {
        moved.merge(from.account(), -nano, Math::addExact);
        moved.merge(to.account(), nano, Math::addExact);
    }
}
