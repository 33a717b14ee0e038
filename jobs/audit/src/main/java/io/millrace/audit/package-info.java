/**
 * The books, kept a second time: {@link io.millrace.audit.Audit} recomputes every request, charge,
 * epoch and balance from Kafka and the chain alone and says where they differ.
 *
 * <p>An oracle is worth what it does not share with what it judges. So this package reads topics as
 * plain JSON and the chain as plain ABI words, counts money in {@link java.math.BigInteger}, and
 * has its own topic names, typed hashes, Merkle-sum tree and word unpacking, written the naive way.
 * No class of the engine is on this module's class path. Readers ({@code KafkaBooksReader}, {@code
 * ChainBooksReader}) end in plain snapshots; checks are functions of snapshots.
 */
@NullMarked
package io.millrace.audit;

import org.jspecify.annotations.NullMarked;
