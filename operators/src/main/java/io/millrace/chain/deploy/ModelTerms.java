package io.millrace.chain.deploy;

/**
 * A model that is put on sale.
 *
 * @param id digest of its manifest, 32 bytes as 0x-hex
 * @param priceNanoPerMillion nano-USD for a million units
 * @param manifestUri where the manifest is found, for people
 */
public record ModelTerms(String id, long priceNanoPerMillion, String manifestUri) {}
