/**
 * The submitter in a simulated world: a chain, nodes that lie, a journal and a log in memory, a
 * clock that jumps. One thread, one seed, no sleep; the same seed gives the same run.
 */
@NullMarked
package io.millrace.chain.submit.sim;

import org.jspecify.annotations.NullMarked;
