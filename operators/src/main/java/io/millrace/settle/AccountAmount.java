package io.millrace.settle;

/** An amount of nano-USD on one account of either ledger. */
public record AccountAmount(int account, long amountNano) {}
