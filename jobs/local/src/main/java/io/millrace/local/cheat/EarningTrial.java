package io.millrace.local.cheat;

import io.millrace.audit.Books;
import io.millrace.audit.read.JsonRpc;
import io.millrace.local.cheat.Settler.Posted;
import io.millrace.watch.act.TribunalEvent.UnderpaymentProven;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.web3j.utils.Numeric;

/**
 * A cheat at the cost of who earned something: the watcher alone is to find it. Nothing here calls
 * the tribunal.
 */
final class EarningTrial {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int LEAST_PERCENT = 110;

    private final Stage stage;
    private final Callable<Books> audit;
    private final Consumer<String> out;

    EarningTrial(Stage stage, Callable<Books> audit, Consumer<String> out) {
        this.stage = stage;
        this.audit = audit;
        this.out = out;
    }

    /** Settles an epoch that is false, and waits for the watcher. */
    Verdict run(Cheat cheat) throws Exception {
        Party provider = stage.cast().provider();
        BigInteger before = balanceOf(provider);
        try (WatcherProcess watcher = WatcherProcess.start(stage.stack(), stage.directory())) {
            out.accept("a watcher with the key " + watcher.address() + " looks on");
            long start = System.nanoTime();
            Posted posted = stage.settler().post(stage.draft(cheat));
            Optional<UnderpaymentProven> proven = await(posted, provider, watcher);
            double seconds = BondTrial.seconds(System.nanoTime() - start);
            return verdict(cheat, posted, before, proven, seconds);
        }
    }

    private Optional<UnderpaymentProven> await(
            Posted posted, Party provider, WatcherProcess watcher) throws Exception {
        long start = System.nanoTime();
        while (System.nanoTime() - start < LIMIT.toNanos()) {
            watcher.requireAlive();
            long newest = stage.tribunal().newest().number();
            Optional<UnderpaymentProven> proven =
                    stage.tribunal().events(stage.stack().startBlock(), newest).stream()
                            .filter(UnderpaymentProven.class::isInstance)
                            .map(UnderpaymentProven.class::cast)
                            .filter(one -> one.epoch() == posted.epoch().number())
                            .filter(one -> one.account() == provider.account())
                            .findFirst();
            if (proven.isPresent()) {
                return proven;
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
        return Optional.empty();
    }

    private Verdict verdict(
            Cheat cheat,
            Posted posted,
            BigInteger before,
            Optional<UnderpaymentProven> proven,
            double seconds)
            throws Exception {
        Party provider = stage.cast().provider();
        BigInteger after = balanceOf(provider);
        long earned = posted.epoch().earnedBy(provider.account());
        long credited = posted.epoch().creditOf(provider.account());
        long paid = after.subtract(before).longValueExact() - credited;
        String line = Stage.lineOf(audit, "epoch-postings");
        long gas = proven.isPresent() ? gasOf(proven.get().at().transaction()) : 0;
        List<String> story = new ArrayList<>();
        story.add(SlowTrial.settled(posted));
        story.add(
                "earner %d earned %,d nano-USD by its receipts, and is credited with %,d"
                        .formatted(provider.account(), earned, credited));
        story.add(
                proven.map(
                                one ->
                                        "proven: %s, %,d gas; %,d nano-USD to the earner after %.1f s"
                                                .formatted(
                                                        one.at().transaction(),
                                                        gas,
                                                        one.earnerNano(),
                                                        seconds))
                        .orElse("found: NOT WITHIN %d s".formatted(LIMIT.toSeconds())));
        story.add("audit: epoch-postings, " + line);
        story.add("earner before: %,d nano-USD".formatted(before));
        story.add("earner after:  %,d nano-USD".formatted(after));
        boolean holds =
                proven.isPresent()
                        && proven.get().earnedNano().longValueExact() == earned
                        && proven.get().creditedNano().longValueExact() == credited
                        && proven.get().earnerNano().longValueExact() == paid
                        && 100 * paid >= LEAST_PERCENT * earned
                        && line.contains("earning account " + provider.account());
        return new Verdict(cheat, holds, earned, paid, seconds, gas, story);
    }

    private BigInteger balanceOf(Party provider) throws Exception {
        return stage.vault().earningBalanceOf(BigInteger.valueOf(provider.account())).send();
    }

    private long gasOf(String transaction) throws IOException {
        return Numeric.decodeQuantity(
                        new JsonRpc(stage.stack().rpcUrl())
                                .call("eth_getTransactionReceipt", transaction)
                                .path("gasUsed")
                                .asText())
                .longValueExact();
    }
}
