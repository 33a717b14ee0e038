/**
 * A provider of the L2 that nobody has met: every habit and every word of it is drawn by a seed.
 */
@NullMarked
package io.millrace.local.strange;

import org.jspecify.annotations.NullMarked;
