/** What a local stack shows to Prometheus. */
@NullMarked
package io.millrace.local.watch;

import org.jspecify.annotations.NullMarked;
