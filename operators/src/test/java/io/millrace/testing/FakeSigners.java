package io.millrace.testing;

import io.millrace.chain.ProviderSigners;
import io.millrace.unit.EvmAddress;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * A chain of which a test says whose key signs. Travels as a name, as a job's parts do; what it
 * answers stays in the process.
 */
public final class FakeSigners implements ProviderSigners.Factory {

    /** A chain that never answers: what does not ask about signers runs on. */
    public static final FakeSigners SILENT = new FakeSigners("silent");

    private static final long serialVersionUID = 1L;
    private static final Map<String, ProviderSigners.Signers> KNOWN = new ConcurrentHashMap<>();
    private static final Map<String, Semaphore> ASKED = new ConcurrentHashMap<>();

    private final String name;

    /** Silent until {@link #say}. */
    public FakeSigners(String name) {
        this.name = name;
    }

    /** From now on {@code signer} is in force for every account, and nobody announced. */
    public void say(String signer) {
        say(signer, EvmAddress.ZERO, 0);
    }

    /** From now on {@code signer} is in force for every account, and {@code next} from then on. */
    public void say(String signer, String next, long nextFromSeconds) {
        KNOWN.put(name, new ProviderSigners.Signers(signer, next, nextFromSeconds));
    }

    /** From now on the chain does not answer. */
    public void fallSilent() {
        KNOWN.remove(name);
    }

    /** One permit for each question. */
    public Semaphore asked() {
        return ASKED.computeIfAbsent(name, any -> new Semaphore(0));
    }

    @Override
    public ProviderSigners open() {
        return account -> {
            asked().release();
            ProviderSigners.Signers known = KNOWN.get(name);
            if (known == null) {
                throw new IOException("the chain of " + name + " does not answer");
            }
            return known;
        };
    }
}
