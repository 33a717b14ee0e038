/**
 * The settlement page: what a deployment does with money, for whoever asks, from its records and
 * its chain alone.
 */
@NullMarked
package io.millrace.page;

import org.jspecify.annotations.NullMarked;
