/** Whether what a settler debited was earned: what can be proven, and what has to be shown. */
@NullMarked
package io.millrace.watch.judge;

import org.jspecify.annotations.NullMarked;
