/** Tests of what counts as a sign. */
@NullMarked
package io.millrace.local.chaos.sign;

import org.jspecify.annotations.NullMarked;
