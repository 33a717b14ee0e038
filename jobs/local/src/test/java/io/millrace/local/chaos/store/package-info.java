@NullMarked
package io.millrace.local.chaos.store;

import org.jspecify.annotations.NullMarked;
