/**
 * The fault harness: a stack of real processes under load, faults by a seeded plan, and the books
 * at the end. It knows the engine only from outside: topics, chain, Flink's REST, process ids.
 */
@NullMarked
package io.millrace.local.chaos;

import org.jspecify.annotations.NullMarked;
