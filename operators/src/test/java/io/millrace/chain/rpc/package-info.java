/** Tests of the calls to the nodes. */
@NullMarked
package io.millrace.chain.rpc;

import org.jspecify.annotations.NullMarked;
