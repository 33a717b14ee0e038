package io.millrace.watch;

import io.millrace.audit.read.JsonRpc;
import io.millrace.watch.act.TribunalChain;
import io.millrace.watch.act.send.FinalBlock;
import io.millrace.watch.act.send.GasKey;
import io.millrace.watch.act.send.Outcome;
import io.millrace.watch.act.send.SendLimits;
import io.millrace.watch.act.send.TransactionSender;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Clock;

/** Sends by a key of the watcher's own. One thread. */
public final class KeyMessenger implements Messenger {

    private final TransactionSender sender;
    private final String tribunal;

    private KeyMessenger(TransactionSender sender, String tribunal) {
        this.sender = sender;
        this.tribunal = tribunal;
    }

    /**
     * To the tribunal of {@code chain}.
     *
     * @param journal of what was sent
     * @param finality of blocks
     * @throws IOException if the key or the journal cannot be used
     */
    public static KeyMessenger open(
            Path keyFile,
            Path journal,
            JsonRpc rpc,
            TribunalChain chain,
            FinalBlock finality,
            SendLimits limits)
            throws IOException {
        GasKey key = GasKey.read(keyFile);
        return new KeyMessenger(
                TransactionSender.open(journal, key, rpc, finality, limits, Clock.systemUTC()),
                chain.tribunal());
    }

    @Override
    public Outcome submit(String id, String data, BigInteger valueWei) throws IOException {
        return sender.submit(id, tribunal, data, valueWei);
    }

    @Override
    public void step() throws IOException {
        sender.step();
    }

    @Override
    public void close() throws IOException {
        sender.close();
    }
}
