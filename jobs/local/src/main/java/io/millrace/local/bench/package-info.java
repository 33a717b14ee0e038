/**
 * What {@code millrace bench} measures: each figure beside the raw one of the same run. {@code sim}
 * is the part in virtual time.
 */
@NullMarked
package io.millrace.local.bench;

import org.jspecify.annotations.NullMarked;
