/**
 * Bytes from Kafka become tasks, or rejections that a client can act on. Validation first, without
 * state; then, keyed by requester: duplicates (M8), funds and reservation (M2), withdrawals (M7).
 */
@NullMarked
package io.millrace.admit;

import org.jspecify.annotations.NullMarked;
