package io.millrace.settle;

/**
 * Says that what {@code shard} cut at {@code cut} was sealed into {@code epoch}.
 *
 * @param receipts how many receipts that cut of the shard has, so that a receiver knows when all
 *     are there
 */
public record EpochAssignment(long epoch, long cut, int shard, int receipts) {}
