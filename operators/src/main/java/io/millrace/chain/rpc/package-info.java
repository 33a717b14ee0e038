/**
 * Calls to the nodes of the L2: JSON-RPC over HTTP, several endpoints of which one is in use, what
 * their errors mean, what contracts say, how wide a range they take, which blocks count as final.
 * Knows neither what is read ({@code event}) nor what is sent ({@code submit}).
 */
@NullMarked
package io.millrace.chain.rpc;

import org.jspecify.annotations.NullMarked;
