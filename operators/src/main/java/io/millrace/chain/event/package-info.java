/**
 * The events of the vault and the registry as a source: split, enumerator and readers, the proofs
 * that a node's logs are all, the decoder. Knows nothing of {@code submit}.
 */
@NullMarked
package io.millrace.chain.event;

import org.jspecify.annotations.NullMarked;
