package io.millrace.chain.submit;

import io.millrace.chain.SealedPart;
import java.io.IOException;
import java.io.Serializable;
import java.util.Optional;

/**
 * The epoch log as it is stored, beside the stream that is read from it: how far it goes is known
 * here at once, however far behind the stream is.
 */
@FunctionalInterface
public interface EpochLog extends Serializable {

    /**
     * The newest part that is committed.
     *
     * @throws IOException if the log cannot be read now
     */
    Optional<SealedPart> newest() throws IOException;
}
