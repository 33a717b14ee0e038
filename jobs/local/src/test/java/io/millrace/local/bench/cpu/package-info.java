@NullMarked
package io.millrace.local.bench.cpu;

import org.jspecify.annotations.NullMarked;
