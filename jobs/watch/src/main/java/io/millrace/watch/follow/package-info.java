/** Follows the chain and the topics, and keeps what was read. */
@NullMarked
package io.millrace.watch.follow;

import org.jspecify.annotations.NullMarked;
