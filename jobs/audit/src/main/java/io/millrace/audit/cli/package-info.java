/** The audit and the proofs as programs of their own, for a cluster without the launcher. */
@NullMarked
package io.millrace.audit.cli;

import org.jspecify.annotations.NullMarked;
