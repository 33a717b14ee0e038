package io.millrace.chain.submit;

import io.millrace.chain.submit.backlog.LoggedPart;
import io.millrace.chain.submit.backlog.PartPlace;
import java.io.IOException;
import java.util.List;

/** The epoch log, of which any part can be read again. Used by one thread. */
public interface StoredEpochs extends EpochLog {

    /**
     * The part at {@code first} and those behind it, in order; none if the log does not have it.
     *
     * @param most how many
     * @throws IOException if the log cannot be read now
     */
    List<LoggedPart> read(PartPlace first, int most) throws IOException;
}
