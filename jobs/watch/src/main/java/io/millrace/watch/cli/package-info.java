/** The watcher as a program of its own. */
@NullMarked
package io.millrace.watch.cli;

import org.jspecify.annotations.NullMarked;
