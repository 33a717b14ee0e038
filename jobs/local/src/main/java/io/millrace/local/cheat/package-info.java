/**
 * A settler that cheats on a local stack, in every way that is known, and what becomes of its
 * victims.
 */
@NullMarked
package io.millrace.local.cheat;

import org.jspecify.annotations.NullMarked;
