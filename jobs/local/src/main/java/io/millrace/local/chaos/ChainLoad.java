package io.millrace.local.chaos;

import io.millrace.local.stack.StackFile.Account;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What owners do on chain meanwhile, in a thread of its own: deposits, withdrawals, and prices
 * announced. Any of it may be refused, lost or undone by a fault; the chain's own state is the
 * truth that the books are held against.
 */
final class ChainLoad implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ChainLoad.class);

    private static final int EVERY_MILLIS = 3_000;
    private static final long STOP_SECONDS = 240;
    private static final int PRICE_EVERY = 16;
    private static final List<Long> PRICES = List.of(15_000_000L, 20_000_000L, 30_000_000L);

    private final Owners owners;
    private final List<Account> requesters;
    private final Random random;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

    private int done;
    private int round;

    /**
     * @param requesters who deposit and withdraw; they can afford it
     */
    ChainLoad(Owners owners, List<Account> requesters, long seed) {
        this.owners = owners;
        this.requesters = List.copyOf(requesters);
        this.random = new Random(seed);
    }

    void start() {
        // What goes wrong is logged by act itself.
        var unused =
                thread.scheduleWithFixedDelay(
                        this::act, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Lets what has begun end. Returns how many acts the chain took. */
    int stop() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a transaction of the load does not end");
        }
        return done;
    }

    /** What owners have asked for and no epoch has released yet; empty when there is nothing. */
    String missing() {
        int open = 0;
        try {
            for (Account requester : requesters) {
                open += owners.withdrawal(requester).isAsked() ? 1 : 0;
            }
        } catch (Exception e) { // web3j throws it; the node may just have been started again
            return "withdrawals, which cannot be looked at: " + e.getMessage();
        }
        return open == 0 ? "" : open + " withdrawals asked for and not released";
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    /** Does the next thing that owners do, and survives what comes of it. */
    void act() {
        Account requester = requesters.get(random.nextInt(requesters.size()));
        long price = PRICES.get(random.nextInt(PRICES.size()));
        try {
            switch (round++ % PRICE_EVERY) {
                case 3 -> owners.announce(price);
                case 1, 5, 7, 11, 13 -> owners.deposit(requester);
                default -> withdraw(requester);
            }
            done++;
        } catch (Exception e) { // the chain may be away, or have changed its mind
            LOG.info("an owner's transaction came to nothing: {}", e.toString());
        }
    }

    /** Takes what an epoch has released, and asks for more if nothing is asked for. */
    private void withdraw(Account requester) throws Exception {
        if (owners.withdrawal(requester).isReleased()) {
            owners.take(requester);
        } else {
            owners.ask(requester);
        }
    }
}
