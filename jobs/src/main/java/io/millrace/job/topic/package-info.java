/**
 * The job's topics: their names, what each needs and whether it has it, and reading what they hold
 * to an end. The journal of the submitter, and what a start must know of the ledger, are read here.
 */
@NullMarked
package io.millrace.job.topic;

import org.jspecify.annotations.NullMarked;
