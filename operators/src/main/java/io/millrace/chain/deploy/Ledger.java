package io.millrace.chain.deploy;

/** Addresses of a ledger's contracts. The job names vault and registry, the vault the others. */
public record Ledger(String vault, String registry, String providers, String tribunal) {}
