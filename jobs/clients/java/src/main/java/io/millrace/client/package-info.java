/**
 * A requester's side: {@link io.millrace.client.MillraceClient}. Amounts are nano-USD, 10^-9 of a
 * dollar; ids, hashes and addresses are lower-case 0x-hex.
 */
@NullMarked
package io.millrace.client;

import org.jspecify.annotations.NullMarked;
