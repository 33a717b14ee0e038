package io.millrace.admit;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A rule of the books was about to be broken. It follows from restored state or from records that
 * are read again, so Flink does not restart the job for it: the first message stays in sight and a
 * person looks. Thrown before anything of it is written.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class BrokenBooksException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /**
     * Adds the remedy.
     *
     * @param fact what does not fit, with both values and the key
     */
    public BrokenBooksException(String fact) {
        super(
                fact
                        + "; the job has ended so that the books stay right: run millrace audit,"
                        + " find the defect, or who changed the state, and only then start it"
                        + " again");
    }
}
