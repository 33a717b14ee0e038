package io.millrace.job.input;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.apache.kafka.common.TopicPartition;

/**
 * Records that the job has not read are gone from a topic. It would be so after a restart too, so
 * Flink does not restart the job for it.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class InputGapException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /**
     * Says what is missing.
     *
     * @param wanted offset at which the job goes on
     * @param held what the partition has
     * @param remedy a clause
     */
    InputGapException(TopicPartition partition, long wanted, Bounds held, String remedy) {
        super(
                """
                topic %s partition %d is to be read on from offset %d, but it has offsets %d to %d: \
                what lies between is gone; nothing was skipped, the job has ended instead: %s\
                """
                        .formatted(
                                partition.topic(),
                                partition.partition(),
                                wanted,
                                held.first(),
                                held.end(),
                                remedy));
    }
}
