/** Tests of the launcher, and of clients that know nothing but the wire formats. */
@NullMarked
package io.millrace.local.cli;

import org.jspecify.annotations.NullMarked;
