/** Tests of the local stack. */
@NullMarked
package io.millrace.job.stack;

import org.jspecify.annotations.NullMarked;
