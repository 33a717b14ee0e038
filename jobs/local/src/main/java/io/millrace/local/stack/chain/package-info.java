/**
 * The local L2's chain on disk: its whole state now and then, and each block mined since. Files
 * only; who mines and who rebuilds is the stack's.
 */
@NullMarked
package io.millrace.local.stack.chain;

import org.jspecify.annotations.NullMarked;
