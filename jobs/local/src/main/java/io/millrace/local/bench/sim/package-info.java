/**
 * Batching in virtual time: the engine's own policy and models of others' on a device that is a
 * table of batch times. No thread, no clock; a run of an hour takes seconds.
 */
@NullMarked
package io.millrace.local.bench.sim;

import org.jspecify.annotations.NullMarked;
