/** Rows on disk in the order of their keys, for what may be larger than memory. */
@NullMarked
package io.millrace.job.recover.rows;

import org.jspecify.annotations.NullMarked;
