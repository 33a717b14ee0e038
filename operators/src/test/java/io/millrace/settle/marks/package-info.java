/** Tests of cutting and sealing. */
@NullMarked
package io.millrace.settle.marks;

import org.jspecify.annotations.NullMarked;
