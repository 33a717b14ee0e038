/**
 * What the vault's registry of providers says. Knows nothing of {@code event} and {@code submit}.
 */
@NullMarked
package io.millrace.chain.provider;

import org.jspecify.annotations.NullMarked;
