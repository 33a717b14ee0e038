/** How long the contracts let anyone challenge what was settled. */
@NullMarked
package io.millrace.chain.window;

import org.jspecify.annotations.NullMarked;
