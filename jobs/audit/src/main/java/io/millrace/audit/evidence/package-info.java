/** What requesters and providers have signed, as it is kept for the tribunal. */
@NullMarked
package io.millrace.audit.evidence;

import org.jspecify.annotations.NullMarked;
