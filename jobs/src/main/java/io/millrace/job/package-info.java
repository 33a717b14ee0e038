/**
 * Wiring: the job's DAG, its options, its Kafka endpoints. The only module that knows Kafka and the
 * environment.
 */
@NullMarked
package io.millrace.job;

import org.jspecify.annotations.NullMarked;
