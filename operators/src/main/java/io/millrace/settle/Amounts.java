package io.millrace.settle;

import io.millrace.unit.Nano;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Amounts of nano-USD added up by account. */
final class Amounts {

    private Amounts() {}

    /** Adds; an amount of zero leaves no entry. */
    static void add(Map<Integer, Long> byAccount, int account, long amountNano) {
        if (amountNano > 0) {
            byAccount.merge(account, amountNano, Nano::add);
        }
    }

    /** In the order of the map. */
    static List<AccountAmount> list(Map<Integer, Long> byAccount) {
        List<AccountAmount> amounts = new ArrayList<>(byAccount.size());
        byAccount.forEach((account, nano) -> amounts.add(new AccountAmount(account, nano)));
        return amounts;
    }
}
