@NullMarked
package io.millrace.local.stack.chain;

import org.jspecify.annotations.NullMarked;
