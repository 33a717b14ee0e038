/**
 * Tasks become outcomes: one model pool and one batch scheduler per TaskManager process, provider
 * and device.
 */
@NullMarked
package io.millrace.infer;

import org.jspecify.annotations.NullMarked;
