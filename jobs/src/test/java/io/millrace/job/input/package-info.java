@NullMarked
package io.millrace.job.input;

import org.jspecify.annotations.NullMarked;
