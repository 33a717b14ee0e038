/** The settlement page beside a local stack. */
@NullMarked
package io.millrace.local.page;

import org.jspecify.annotations.NullMarked;
