/** Which subtask of inference gets a task: the one with the shortest queue. */
@NullMarked
package io.millrace.allocate;

import org.jspecify.annotations.NullMarked;
