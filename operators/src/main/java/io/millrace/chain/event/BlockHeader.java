package io.millrace.chain.event;

/**
 * What the event source needs of a block's header.
 *
 * @param number height
 * @param hash 0x-hex
 * @param parentHash 0x-hex
 * @param millis its time, unix ms
 * @param logsBloom 0x-hex of 256 bytes
 * @param receiptsRoot 0x-hex
 */
public record BlockHeader(
        long number,
        String hash,
        String parentHash,
        long millis,
        String logsBloom,
        String receiptsRoot) {}
