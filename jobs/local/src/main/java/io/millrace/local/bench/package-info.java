/**
 * What {@code millrace bench} measures: each figure beside the raw one of the same run. {@code sim}
 * is the part in virtual time, {@code state} the settle stage by itself, {@code job} what runs
 * beside the engine, {@code cpu} whose processor time it was.
 */
@NullMarked
package io.millrace.local.bench;

import org.jspecify.annotations.NullMarked;
