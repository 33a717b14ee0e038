/**
 * Which rows run together, and when: the policy of batching as pure objects, without thread, lock
 * or clock, so that the same code runs in a pool, in tests and in virtual time.
 */
@NullMarked
package io.millrace.infer.batch;

import org.jspecify.annotations.NullMarked;
