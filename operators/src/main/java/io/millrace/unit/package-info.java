/** Money, ids and hashes in plain Java. Imports nothing of ours and nothing of Flink. */
@NullMarked
package io.millrace.unit;

import org.jspecify.annotations.NullMarked;
