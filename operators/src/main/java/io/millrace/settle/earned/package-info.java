/** What a shard's leaves credit to those who earned it, and what each leaf says of it. */
@NullMarked
package io.millrace.settle.earned;

import org.jspecify.annotations.NullMarked;
