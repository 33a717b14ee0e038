@NullMarked
package io.millrace.job.recover;

import org.jspecify.annotations.NullMarked;
