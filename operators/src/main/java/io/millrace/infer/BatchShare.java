package io.millrace.infer;

import io.millrace.infer.batch.BatchScheduler.Reason;

/**
 * One row's part of the batch that answered it. Summed over the rows of all subtasks the parts give
 * the pool's totals.
 *
 * @param reason why the batch was dispatched
 * @param leader true for exactly one row of a batch
 * @param paddedTokens the row's length in the batch
 * @param rows of the batch
 * @param nanos the batch's time in the model, divided by its rows
 */
record BatchShare(Reason reason, boolean leader, int paddedTokens, int rows, long nanos) {}
