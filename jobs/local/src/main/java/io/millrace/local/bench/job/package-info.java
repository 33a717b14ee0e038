/** Jobs and models that are measured beside the engine, in the same Flink. */
@NullMarked
package io.millrace.local.bench.job;

import org.jspecify.annotations.NullMarked;
