/** The manifests of a Kafka by Strimzi, read with the classes of Strimzi's API. */
@NullMarked
package io.millrace.job.strimzi;

import org.jspecify.annotations.NullMarked;
