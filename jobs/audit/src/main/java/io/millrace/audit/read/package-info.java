/** Reads topics, a node and JSON: nothing here knows what a charge is. */
@NullMarked
package io.millrace.audit.read;

import org.jspecify.annotations.NullMarked;
