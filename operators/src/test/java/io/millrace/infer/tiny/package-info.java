/** Where the two tiny models come from: fixed random weights in a graph written byte by byte. */
@NullMarked
package io.millrace.infer.tiny;

import org.jspecify.annotations.NullMarked;
