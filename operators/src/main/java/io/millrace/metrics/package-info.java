/** The one way to report a metric: described first, then registered. */
@NullMarked
package io.millrace.metrics;

import org.jspecify.annotations.NullMarked;
