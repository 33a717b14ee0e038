/**
 * Charges become epochs: shards cut at the checkpoint barrier, the builder seals what they cut (M4,
 * M5, M10).
 */
@NullMarked
package io.millrace.settle;

import org.jspecify.annotations.NullMarked;
