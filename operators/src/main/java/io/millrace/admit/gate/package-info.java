/**
 * Whether requests are read at all: one keeper decides by what is unsettled and how fresh the chain
 * is, and a gate beside every reader opens and closes. Only counts in nano-USD and events of the
 * vault come in, so it knows nothing of the rest of {@code admit}.
 */
@NullMarked
package io.millrace.admit.gate;

import org.jspecify.annotations.NullMarked;
