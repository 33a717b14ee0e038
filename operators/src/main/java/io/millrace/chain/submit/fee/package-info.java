/**
 * What is offered for gas: what nodes suggest, held against what the chain's blocks have paid and
 * against limits of our own. Pure arithmetic; who asks and who sends is {@code submit}'s matter.
 */
@NullMarked
package io.millrace.chain.submit.fee;

import org.jspecify.annotations.NullMarked;
