/** Deploys the contracts that a job then settles on: a program of its own in the job's jar. */
@NullMarked
package io.millrace.job.deploy;

import org.jspecify.annotations.NullMarked;
