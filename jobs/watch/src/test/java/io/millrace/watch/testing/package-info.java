/** A real node with the real contracts, and epochs for it. */
@NullMarked
package io.millrace.watch.testing;

import org.jspecify.annotations.NullMarked;
