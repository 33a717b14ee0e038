/** What the watcher has read and begun, on disk. */
@NullMarked
package io.millrace.watch.store;

import org.jspecify.annotations.NullMarked;
