package io.millrace.settle;

/** Says that what {@code shard} cut at {@code cut} was sealed into {@code epoch}. */
public record EpochAssignment(long epoch, long cut, int shard) {}
