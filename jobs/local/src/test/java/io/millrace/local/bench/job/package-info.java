@NullMarked
package io.millrace.local.bench.job;

import org.jspecify.annotations.NullMarked;
