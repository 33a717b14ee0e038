/**
 * The books, kept a second time: {@link io.millrace.audit.Audit} recomputes every request, charge,
 * epoch and balance from Kafka and the chain alone and says where they differ.
 *
 * <p>An oracle is worth what it does not share with what it judges. So this package reads topics as
 * plain JSON and the chain as plain ABI words, counts money in {@link java.math.BigInteger}, and
 * has its own topic names, typed hashes, Merkle-sum tree and word unpacking. No class of the engine
 * is on this module's class path.
 *
 * <p>The way of a record: a {@code Ledger} hands it over once, {@code Intake} counts it, {@code
 * RowStore} sorts it on disk by position, id, requester and epoch, and {@code AuditRun} lets it
 * stream by the checks. So memory is bounded by buffers and accounts, not by the ledger's age. An
 * audit that finds nothing wrong leaves an {@code Anchor}, from which the next goes on.
 */
@NullMarked
package io.millrace.audit;

import org.jspecify.annotations.NullMarked;
