package io.millrace.watch;

import io.millrace.watch.act.send.Outcome;
import java.io.Closeable;
import java.io.IOException;
import java.math.BigInteger;

/** Carries calls to the tribunal. What was given to it is sent once, however often it is given. */
public interface Messenger extends Closeable {

    /**
     * Gives a call, or asks what became of it.
     *
     * @param id the same for the same call, for ever
     */
    Outcome submit(String id, String data, BigInteger valueWei) throws IOException;

    /** Goes on with what is on its way. */
    void step() throws IOException;
}
