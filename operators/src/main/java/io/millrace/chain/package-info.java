/**
 * The L2: its events as a source, its transactions by one submitter, signing. Knows no stage. The
 * generated wrappers encode and decode; transport, nonces, fees and the life of a transaction are
 * ours.
 */
@NullMarked
package io.millrace.chain;

import org.jspecify.annotations.NullMarked;
