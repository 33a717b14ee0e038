/** Tests of the fault harness, and a short run of it. */
@NullMarked
package io.millrace.local.chaos;

import org.jspecify.annotations.NullMarked;
