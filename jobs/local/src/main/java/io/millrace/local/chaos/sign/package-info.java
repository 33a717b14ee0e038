/**
 * What a stack shows that should mean something: alarms of its metrics, errors in its logs, the
 * refusals that end a job. It knows no faults.
 */
@NullMarked
package io.millrace.local.chaos.sign;

import org.jspecify.annotations.NullMarked;
