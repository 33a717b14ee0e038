/**
 * Keeps the append clock of the requests moving: a clock record for every partition that exists,
 * and an end for transactions of strangers that hold a partition back. Knows partitions and offsets
 * only, and nothing of the rest of {@code admit}.
 */
@NullMarked
package io.millrace.admit.clock;

import org.jspecify.annotations.NullMarked;
