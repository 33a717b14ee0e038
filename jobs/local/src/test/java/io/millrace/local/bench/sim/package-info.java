/** Tests of the fault harness, and a short run of it. */
@NullMarked
package io.millrace.local.bench.sim;

import org.jspecify.annotations.NullMarked;
