/**
 * The defender: answers what is demanded of a settler before the tribunal. {@code Demands} follows
 * what is open, {@code Preparation} finds what answers it, {@code Defender} sends it in time.
 */
@NullMarked
package io.millrace.watch.defend;

import org.jspecify.annotations.NullMarked;
