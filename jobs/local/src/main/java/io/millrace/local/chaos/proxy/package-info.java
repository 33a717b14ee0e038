/** A proxy in front of the L2 node, with the limits and lies of providers. It knows no faults. */
@NullMarked
package io.millrace.local.chaos.proxy;

import org.jspecify.annotations.NullMarked;
