/** Tests of what clients share. */
@NullMarked
package io.millrace.job.client;

import org.jspecify.annotations.NullMarked;
