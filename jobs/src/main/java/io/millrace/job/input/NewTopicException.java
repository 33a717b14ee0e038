package io.millrace.job.input;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A topic is not the one that the state has read. It would be so after a restart too, so Flink does
 * not restart the job for it.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class NewTopicException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /**
     * Says what happened.
     *
     * @param read id of the topic that was read
     * @param found id of the one that is there
     * @param remedy a clause; ID in it stands for the latter
     */
    NewTopicException(String topic, String read, String found, String remedy) {
        super(
                """
                topic %s has id %s, but what was read of it had id %s: it was deleted and created \
                anew since, and what lies at an offset is another record now; nothing was \
                skipped, the job has ended instead: %s\
                """
                        .formatted(topic, found, read, remedy.replace("ID", found)));
    }
}
