/**
 * Hostile input: a seeded generator of requests with planted defects, and what admission must make
 * of each, told by a model that shares no code with it.
 */
@NullMarked
package io.millrace.admit.hostile;

import org.jspecify.annotations.NullMarked;
