/**
 * The whole deployment on one machine: a real Kafka broker and a real EVM node as processes of
 * their own, the contracts deployed and funded, Flink with two TaskManagers. Loopback only, test
 * keys only. Everything that was started ends with the {@link io.millrace.local.stack.LocalStack}.
 */
@NullMarked
package io.millrace.local.stack;

import org.jspecify.annotations.NullMarked;
