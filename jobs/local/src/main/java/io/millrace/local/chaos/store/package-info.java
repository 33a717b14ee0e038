/** The store of a run's checkpoints, which can stall. It knows no faults. */
@NullMarked
package io.millrace.local.chaos.store;

import org.jspecify.annotations.NullMarked;
