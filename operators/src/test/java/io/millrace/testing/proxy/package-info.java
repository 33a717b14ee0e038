/** A JSON-RPC node that lies, stalls and breaks off, by script, in front of a real one. */
@NullMarked
package io.millrace.testing.proxy;

import org.jspecify.annotations.NullMarked;
