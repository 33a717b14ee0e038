/**
 * Charges become epochs: the positions of the sources and the shards are cut at the checkpoint
 * barrier, one operator seals what they cut (M4, M5, M10).
 */
@NullMarked
package io.millrace.settle;

import org.jspecify.annotations.NullMarked;
