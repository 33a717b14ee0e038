/** Sorting what does not fit into memory: by spilled runs that are merged. */
@NullMarked
package io.millrace.audit.sort;

import org.jspecify.annotations.NullMarked;
