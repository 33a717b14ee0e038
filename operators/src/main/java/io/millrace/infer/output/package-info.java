/**
 * How a graph's outputs become what is answered: pure functions of numbers, the same on every
 * machine.
 */
@NullMarked
package io.millrace.infer.output;

import org.jspecify.annotations.NullMarked;
