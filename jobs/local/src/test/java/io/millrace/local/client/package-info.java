/** Tests of what clients share. */
@NullMarked
package io.millrace.local.client;

import org.jspecify.annotations.NullMarked;
