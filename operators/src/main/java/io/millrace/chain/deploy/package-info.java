/**
 * The contracts of a ledger, made once by a key of their own. What was done is read from the chain
 * and nowhere else: a contract's address follows from the key and a nonce, so a run that was cut
 * short goes on where it stopped, and one too many does nothing.
 */
@NullMarked
package io.millrace.chain.deploy;

import org.jspecify.annotations.NullMarked;
