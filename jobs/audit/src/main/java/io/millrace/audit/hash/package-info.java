/** The Merkle-sum tree and who signed what, written a second time. */
@NullMarked
package io.millrace.audit.hash;

import org.jspecify.annotations.NullMarked;
