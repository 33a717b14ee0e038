/** What an honest charge is, as the tribunal decides it, written a second time. */
@NullMarked
package io.millrace.audit.rules;

import org.jspecify.annotations.NullMarked;
