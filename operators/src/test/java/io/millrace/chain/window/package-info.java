/** Tests of the time for challenges. */
@NullMarked
package io.millrace.chain.window;

import org.jspecify.annotations.NullMarked;
