@NullMarked
package io.millrace.job.deploy;

import org.jspecify.annotations.NullMarked;
