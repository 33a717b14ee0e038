/**
 * Models on the disk of a node: what they say of themselves, and which are there. It knows nothing
 * of how they are run.
 */
@NullMarked
package io.millrace.infer.store;

import org.jspecify.annotations.NullMarked;
