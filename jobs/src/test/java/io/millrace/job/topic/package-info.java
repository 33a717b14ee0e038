@NullMarked
package io.millrace.job.topic;

import org.jspecify.annotations.NullMarked;
