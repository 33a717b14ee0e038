/** A job of the settle stage alone, and a cluster to measure it on. */
@NullMarked
package io.millrace.local.bench.state;

import org.jspecify.annotations.NullMarked;
