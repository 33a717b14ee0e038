/** Figures for Prometheus. */
@NullMarked
package io.millrace.watch.figures;

import org.jspecify.annotations.NullMarked;
