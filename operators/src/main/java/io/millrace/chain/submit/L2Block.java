package io.millrace.chain.submit;

/**
 * A block of the L2 as one node showed it.
 *
 * @param number height
 * @param hash 0x-hex
 * @param millis its time, unix ms
 * @param baseFeeWei per gas
 */
public record L2Block(long number, String hash, long millis, long baseFeeWei) {}
