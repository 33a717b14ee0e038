/** Tests of the settler that cheats. */
@NullMarked
package io.millrace.local.cheat;

import org.jspecify.annotations.NullMarked;
