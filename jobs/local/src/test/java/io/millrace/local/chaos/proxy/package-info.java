/** Tests of the proxy in front of the L2 node. */
@NullMarked
package io.millrace.local.chaos.proxy;

import org.jspecify.annotations.NullMarked;
