/**
 * What of the epoch log is not final on chain, however much it is: a bounded number of parts in
 * memory, of the rest only where it lies. Plain Java.
 */
@NullMarked
package io.millrace.chain.submit.backlog;

import org.jspecify.annotations.NullMarked;
