package io.millrace.settle;

/** Key of an unsealed charge in its shard's state; RocksDB keeps them in this order. */
public record ChargeKey(int account, long sequence) {}
