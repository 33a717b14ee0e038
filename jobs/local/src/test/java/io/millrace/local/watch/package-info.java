/** A Prometheus that watches a stack. */
@NullMarked
package io.millrace.local.watch;

import org.jspecify.annotations.NullMarked;
