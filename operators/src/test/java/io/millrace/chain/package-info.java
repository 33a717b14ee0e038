/** Tests of chain access. */
@NullMarked
package io.millrace.chain;

import org.jspecify.annotations.NullMarked;
