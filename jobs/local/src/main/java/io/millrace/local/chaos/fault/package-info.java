/** What can go wrong, and how each of it is done to a stack of real processes. */
@NullMarked
package io.millrace.local.chaos.fault;

import org.jspecify.annotations.NullMarked;
