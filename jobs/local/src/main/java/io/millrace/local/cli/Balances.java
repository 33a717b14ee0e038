package io.millrace.local.cli;

import io.millrace.contracts.SettlementVault;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackFile.Account;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Balances as the vault has them, for people. */
final class Balances {

    private static final int DECIMALS = 9;

    private Balances() {}

    /** Prints the treasury, every provider and every requester of the stack. */
    static void print(Console console, SettlementVault vault, StackFile stack) throws Exception {
        console.line("");
        console.line("Balances in the vault " + stack.vault());
        console.line("  treasury      0  " + dollars(earning(vault, 0)));
        for (Account provider : stack.providers()) {
            console.line(line("provider ", provider, earning(vault, provider.account())));
        }
        for (Account requester : stack.requesters()) {
            BigInteger balance =
                    vault.spendingBalanceOf(BigInteger.valueOf(requester.account())).send();
            console.line(line("requester", requester, balance));
        }
    }

    /** Nano-USD as dollars with all nine decimals. */
    static String dollars(BigInteger nano) {
        return new BigDecimal(nano, DECIMALS).toPlainString() + " USD";
    }

    private static BigInteger earning(SettlementVault vault, int account) throws Exception {
        return vault.earningBalanceOf(BigInteger.valueOf(account)).send();
    }

    private static String line(String role, Account account, BigInteger balance) {
        return String.format(
                "  %s %4d  %s  %s", role, account.account(), dollars(balance), account.address());
    }
}
