/** Kafka sources that never skip: what is gone before it was read is an error, or accounted for. */
@NullMarked
package io.millrace.job.input;

import org.jspecify.annotations.NullMarked;
