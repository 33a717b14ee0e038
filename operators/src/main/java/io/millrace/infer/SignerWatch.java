package io.millrace.infer;

import io.millrace.chain.ProviderSigners;
import io.millrace.chain.ProviderSigners.Signers;
import io.millrace.unit.EvmAddress;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the chain, at the start and then every {@value #PAUSE_SECONDS} seconds, whether a subtask's
 * key signs for its account: what another key signs, nobody can defend before the tribunal. A key
 * that was followed by another is good for ten minutes more, so that one look may be missed.
 *
 * <p>While the chain does not answer, the last answer counts, and at the start the key: an outage
 * holds nothing up, and admission closes by itself if it lasts.
 *
 * <p>Threads: one of its own, which alone uses {@code signers}, since a call may wait for a node
 * longer than a mailbox may; what it finds goes to the mailbox through a volatile field.
 */
final class SignerWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SignerWatch.class);
    private static final long PAUSE_SECONDS = 30;
    private static final long MOST_AT_START_SECONDS = 20;

    private final ProviderSigners signers;
    private final ProviderKey provider;
    private final String address;
    private final ScheduledExecutorService thread;
    private volatile @Nullable String refusal;

    private SignerWatch(ProviderSigners signers, ProviderKey provider, String address) {
        this.signers = signers;
        this.provider = provider;
        this.address = address;
        thread =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread made =
                                    new Thread(task, "signer of provider " + provider.account());
                            made.setDaemon(true);
                            return made;
                        });
    }

    /**
     * Asks for the first time, and goes on.
     *
     * @param address of the key that {@code provider} names, in lower case
     * @throws IllegalStateException if the key is not the account's signer
     */
    static SignerWatch start(ProviderSigners.Factory signers, ProviderKey provider, String address)
            throws InterruptedException {
        return start(signers, provider, address, TimeUnit.SECONDS.toMillis(PAUSE_SECONDS));
    }

    /** The same with another pause. */
    static SignerWatch start(
            ProviderSigners.Factory signers, ProviderKey provider, String address, long pauseMillis)
            throws InterruptedException {
        SignerWatch watch = new SignerWatch(signers.open(), provider, address);
        try {
            Future<?> first = watch.thread.submit(watch::look);
            try {
                first.get(MOST_AT_START_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                LOG.warn(
                        "the chain takes long to say who signs for earning account {}: going on",
                        provider.account());
            }
            watch.requireSigner();
            // What goes wrong is kept by look itself.
            ScheduledFuture<?> unused =
                    watch.thread.scheduleWithFixedDelay(
                            watch::look, pauseMillis, pauseMillis, TimeUnit.MILLISECONDS);
            return watch;
        } catch (ExecutionException | CancellationException e) {
            watch.close();
            throw new IllegalStateException(
                    "cannot ask who signs for earning account " + provider.account(), e);
        } catch (InterruptedException | RuntimeException e) {
            watch.close();
            throw e;
        }
    }

    /**
     * By what is known.
     *
     * @throws IllegalStateException if the key is not, or not any more, the account's signer
     */
    void requireSigner() {
        String known = refusal;
        if (known != null) {
            throw new IllegalStateException(known);
        }
    }

    private void look() {
        try {
            Signers found = signers.of(provider.account());
            refusal = found.inForce().equals(address) ? null : refusal(found);
        } catch (IOException | RuntimeException e) {
            // Whatever it is, it must not end the looks; one that is interrupted says nothing.
            if (!thread.isShutdown()) {
                LOG.warn(
                        "who signs for earning account {} is not known now, the last answer"
                                + " counts: {}",
                        provider.account(),
                        e.getMessage());
            }
        }
    }

    private String refusal(Signers found) {
        String next =
                found.next().equals(EvmAddress.ZERO)
                        ? ""
                        : ", and %s from %s on"
                                .formatted(
                                        found.next(),
                                        Instant.ofEpochSecond(found.nextFromSeconds()));
        return ("key %s of %s does not sign for earning account %d: by the chain %s does%s; put"
                        + " that one's key into the file, or have the account's owner announce %s"
                        + " and start when its notice is over")
                .formatted(
                        address,
                        provider.keyFile(),
                        provider.account(),
                        found.inForce(),
                        next,
                        address);
    }

    /** Asks no more. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
