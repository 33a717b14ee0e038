/** Tests of the local stack. */
@NullMarked
package io.millrace.local.stack;

import org.jspecify.annotations.NullMarked;
