/**
 * Everything on one machine. From left to right, each knowing what stands before it: {@code stack}
 * runs the deployment, {@code client} uses it, {@code chaos} breaks it, {@code cli} is the launcher
 * that people call. A cluster runs none of it.
 */
@NullMarked
package io.millrace.local;

import org.jspecify.annotations.NullMarked;
