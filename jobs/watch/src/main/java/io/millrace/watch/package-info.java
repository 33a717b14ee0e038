/**
 * The watcher: rechecks every epoch of a settler that one does not trust, and takes what is wrong
 * before the tribunal. {@code follow} reads chain and topics into {@code store}, {@code judge}
 * finds what is wrong, {@code act} says it to the tribunal.
 */
@NullMarked
package io.millrace.watch;

import org.jspecify.annotations.NullMarked;
