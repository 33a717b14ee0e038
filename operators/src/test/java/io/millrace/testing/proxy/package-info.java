/** A JSON-RPC proxy that does to calls of a real node what tests script. */
@NullMarked
package io.millrace.testing.proxy;

import org.jspecify.annotations.NullMarked;
