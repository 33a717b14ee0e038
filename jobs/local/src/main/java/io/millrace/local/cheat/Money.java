package io.millrace.local.cheat;

import io.millrace.contracts.SettlementVault;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * What a spending account has, nano-USD.
 *
 * @param balanceNano prepaid
 * @param releasedNano can be taken out at once
 */
record Money(long balanceNano, long releasedNano) {

    private static final int DECIMALS = 9;

    /** In the newest block. */
    static Money of(SettlementVault vault, Party owner) throws Exception {
        BigInteger account = BigInteger.valueOf(owner.account());
        return new Money(
                vault.spendingBalanceOf(account).send().longValueExact(),
                vault.spendingAccount(account).send().component4().longValueExact());
    }

    /** As dollars with all nine decimals. */
    static String dollars(long nano) {
        return BigDecimal.valueOf(nano, DECIMALS).toPlainString();
    }

    @Override
    public String toString() {
        return "%s USD prepaid, %s USD to take"
                .formatted(dollars(balanceNano), dollars(releasedNano));
    }
}
