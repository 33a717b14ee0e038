/**
 * Whether what each completed checkpoint has promised became visible: the marks of every sink,
 * looked for while the job runs.
 */
@NullMarked
package io.millrace.settle.marks;

import org.jspecify.annotations.NullMarked;
