package io.millrace.local.stack.chain;

import java.nio.file.Path;

/**
 * What a node starts from.
 *
 * @param state file of it
 * @param genesisTimestamp of block 0, which no node reads from there
 */
public record SavedChain(Path state, long genesisTimestamp) {}
