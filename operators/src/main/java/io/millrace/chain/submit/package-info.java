/**
 * Sealed parts to the vault, each once (M5, M9): the operator and its thread, the submitter, the
 * sender of one part, journal, signer, fees, the vault's client. Transport apart, the life of a
 * transaction is ours. Knows nothing of {@code event}.
 */
@NullMarked
package io.millrace.chain.submit;

import org.jspecify.annotations.NullMarked;
