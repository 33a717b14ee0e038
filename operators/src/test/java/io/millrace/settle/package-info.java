/** Tests of cutting and sealing. */
@NullMarked
package io.millrace.settle;

import org.jspecify.annotations.NullMarked;
