package io.millrace.watch.judge;

/** Where a leaf lies. */
public record Place(long epoch, long shard, long index) {}
