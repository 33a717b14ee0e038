package io.millrace.watch.cli;

import io.millrace.watch.Messenger;
import io.millrace.watch.act.send.Outcome;
import java.math.BigInteger;

/** Of a watcher that only says what it would do, and so never gives anything. */
final class NoMessenger implements Messenger {

    @Override
    public Outcome submit(String id, String data, BigInteger valueWei) {
        throw new IllegalStateException("a dry run sends nothing");
    }

    @Override
    public void step() {}

    @Override
    public void close() {}
}
