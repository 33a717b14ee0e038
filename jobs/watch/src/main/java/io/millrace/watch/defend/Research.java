package io.millrace.watch.defend;

import io.millrace.watch.act.TribunalEvent.Challenged;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for answers on a thread of its own, an epoch at a time. Asked by one thread. */
final class Research implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Research.class);
    private static final long CLOSING_SECONDS = 5;

    private final Preparation preparation;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    work -> {
                        Thread made = new Thread(work, "defend-research");
                        made.setDaemon(true);
                        return made;
                    });

    private @Nullable Future<Found> underWay;

    /** What came of one search, by challenge. */
    record Found(Map<String, Prepared> answers) {

        Found {
            answers = Map.copyOf(answers);
        }
    }

    private Research(Preparation preparation) {
        this.preparation = preparation;
    }

    static Research start(Preparation preparation) {
        return new Research(preparation);
    }

    /** Whether it looks for something, or has found what was not asked for yet. */
    boolean isUnderWay() {
        return underWay != null;
    }

    /** Begins to look for answers to challenges of one epoch. */
    void begin(List<Challenged> challenges) {
        underWay = thread.submit(() -> find(challenges));
    }

    /**
     * What was found, once; empty if nothing is in so many nanoseconds, or nothing is looked for.
     *
     * @throws IOException if this thread is to end
     */
    Optional<Found> poll(long nanos) throws IOException {
        Future<Found> search = underWay;
        if (search == null) {
            return Optional.empty();
        }
        try {
            Found found = search.get(nanos, TimeUnit.NANOSECONDS);
            underWay = null;
            return Optional.of(found);
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while answers were looked for", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the search for answers has failed", e.getCause());
        }
    }

    private Found find(List<Challenged> challenges) {
        try {
            return new Found(preparation.of(challenges));
        } catch (IOException | RuntimeException e) { // whatever it is, it is said and tried again
            LOG.debug("no answers", e);
            Prepared lack = Prepared.notYet(String.valueOf(e.getMessage()));
            return new Found(
                    challenges.stream()
                            .collect(Collectors.toMap(Challenged::challenge, one -> lack)));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            thread.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
