/**
 * The launcher: {@code demo}, {@code up}, {@code chaos}, {@code send}, {@code prove}, {@code
 * audit}, {@code job}. A command prints for people; with {@code --json} the last line of standard
 * output is one JSON object and everything else goes to standard error.
 */
@NullMarked
package io.millrace.local.cli;

import org.jspecify.annotations.NullMarked;
