/** Tests of the shared records, and of the table of faults. */
@NullMarked
package io.millrace.chain;

import org.jspecify.annotations.NullMarked;
