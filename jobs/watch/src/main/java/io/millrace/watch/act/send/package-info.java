/**
 * Transactions of a process of its own: journalled before they are sent, dearer when they are
 * stuck, judged by blocks alone, within a budget.
 */
@NullMarked
package io.millrace.watch.act.send;

import org.jspecify.annotations.NullMarked;
