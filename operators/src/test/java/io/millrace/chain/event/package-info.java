/** Tests of the event source, also on a real node that fails, lies and reorganises. */
@NullMarked
package io.millrace.chain.event;

import org.jspecify.annotations.NullMarked;
