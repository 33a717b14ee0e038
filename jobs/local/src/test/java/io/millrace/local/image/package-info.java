/** Images without a container engine. */
@NullMarked
package io.millrace.local.image;

import org.jspecify.annotations.NullMarked;
