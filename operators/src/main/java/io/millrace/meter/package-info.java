/**
 * Outcomes become charges: priced, split, numbered without gaps per requester; every task exactly
 * one (M1, M3).
 */
@NullMarked
package io.millrace.meter;

import org.jspecify.annotations.NullMarked;
