/** Tests of single faults. */
@NullMarked
package io.millrace.local.chaos.fault;

import org.jspecify.annotations.NullMarked;
