/** Whose processor time it was: of other processes, of this one's threads, of a thread's stages. */
@NullMarked
package io.millrace.local.bench.cpu;

import org.jspecify.annotations.NullMarked;
