/**
 * What the L2 and the stages both speak of: a part and its header, slot words, the position of a
 * cut, an event of the vault, who signs for a provider, and the hashes over them. Knows no stage
 * and none of the rooms below, which reach the L2: {@code rpc}, {@code event}, {@code provider},
 * {@code submit} and {@code window}.
 */
@NullMarked
package io.millrace.chain;

import org.jspecify.annotations.NullMarked;
