package io.millrace.job.recover;

/** Where a record lies in its topic. */
record RecordPlace(int partition, long offset) {}
