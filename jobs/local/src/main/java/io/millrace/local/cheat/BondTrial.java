package io.millrace.local.cheat;

import io.millrace.audit.read.JsonRpc;
import io.millrace.local.cheat.Settler.Posted;
import io.millrace.local.stack.StackException;
import io.millrace.watch.act.TribunalEvent;
import io.millrace.watch.act.TribunalEvent.Challenged;
import io.millrace.watch.act.TribunalEvent.FaultProven;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.web3j.utils.Numeric;

/**
 * Cheats against which the tribunal takes the bond: all are settled, one epoch each, and the
 * watcher alone is to find them. Nothing here calls the tribunal.
 */
final class BondTrial {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int LEAST_PERCENT = 110;

    private final Stage stage;
    private final Consumer<String> out;

    /** What was settled, and when. */
    private record Case(Cheat cheat, Party victim, Money before, Posted posted, long nanos) {

        long debitedNano() {
            return posted.epoch().debitOf(victim.account());
        }
    }

    /** What came of it before the tribunal, as far as it is seen. */
    private record Course(@Nullable Challenged challenged, FaultProven proven, double seconds) {}

    BondTrial(Stage stage, Consumer<String> out) {
        this.stage = stage;
        this.out = out;
    }

    /** Settles one epoch for each of {@code cheats}, and waits for the watcher. */
    List<Verdict> run(List<Cheat> cheats) throws Exception {
        long firstBlock = stage.stack().startBlock();
        try (WatcherProcess watcher = WatcherProcess.start(stage.stack(), stage.directory())) {
            out.accept("a watcher with the key " + watcher.address() + " looks on");
            List<Case> cases = new ArrayList<>();
            for (Cheat cheat : cheats) {
                Party victim = stage.victimOf(cheat);
                Money before = Money.of(stage.vault(), victim);
                long nanos = System.nanoTime();
                Posted posted = stage.settler().post(stage.draft(cheat));
                cases.add(new Case(cheat, victim, before, posted, nanos));
                out.accept(
                        "epoch %d, which is false (%s), is settled in %s"
                                .formatted(posted.epoch().number(), cheat, posted.transaction()));
            }
            Map<Case, Course> courses = await(cases, firstBlock, watcher);
            List<Verdict> verdicts = new ArrayList<>();
            for (Case one : cases) {
                verdicts.add(verdict(one, courses.get(one)));
            }
            return verdicts;
        }
    }

    private Map<Case, Course> await(List<Case> cases, long firstBlock, WatcherProcess watcher)
            throws Exception {
        Map<Case, Course> courses = new LinkedHashMap<>();
        while (true) {
            watcher.requireAlive();
            List<TribunalEvent> events =
                    stage.tribunal().events(firstBlock, stage.tribunal().newest().number());
            long now = System.nanoTime();
            boolean isOver = true;
            for (Case one : cases) {
                if (!courses.containsKey(one)) {
                    Course course = course(one, events, now);
                    if (course != null) {
                        courses.put(one, course);
                    }
                }
                isOver &= courses.containsKey(one) || now - one.nanos() > LIMIT.toNanos();
            }
            if (isOver) {
                requireNobodyElse(events, cases);
                return courses;
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
    }

    /** Whatever was honest, before and beside the false charges, is left in peace. */
    private void requireNobodyElse(List<TribunalEvent> events, List<Case> cases) {
        for (TribunalEvent event : events) {
            boolean undue =
                    (event instanceof Challenged one && !isDue(one.epoch(), one.account(), cases))
                            || (event instanceof FaultProven other
                                    && !isDue(other.epoch(), other.account(), cases));
            if (undue) {
                throw new StackException("the watcher accuses what is honest: " + event);
            }
        }
        out.accept("nothing was held against any honest charge");
    }

    /** Of an epoch with a receipt that is not there nobody can show that another is in it. */
    private static boolean isDue(long epoch, long account, List<Case> cases) {
        return cases.stream()
                .filter(one -> one.posted().epoch().number() == epoch)
                .anyMatch(
                        one ->
                                one.victim().account() == account
                                        || one.cheat() == Cheat.WITHHELD_RECEIPT);
    }

    private static @Nullable Course course(Case of, List<TribunalEvent> events, long nanos) {
        Challenged challenged = null;
        for (TribunalEvent event : events) {
            if (event instanceof Challenged one
                    && one.epoch() == of.posted().epoch().number()
                    && one.account() == of.victim().account()) {
                challenged = one;
            } else if (event instanceof FaultProven one
                    && one.epoch() == of.posted().epoch().number()
                    && one.account() == of.victim().account()) {
                return new Course(challenged, one, seconds(nanos - of.nanos()));
            }
        }
        return null;
    }

    private Verdict verdict(Case of, @Nullable Course course) throws Exception {
        Money after = Money.of(stage.vault(), of.victim());
        long paidNano = after.releasedNano() - of.before().releasedNano();
        List<String> story = new ArrayList<>();
        story.add(
                "settled: epoch %d in %s, %,d gas; it debits account %d of %,d nano-USD"
                        .formatted(
                                of.posted().epoch().number(),
                                of.posted().transaction(),
                                of.posted().gas(),
                                of.victim().account(),
                                of.debitedNano()));
        long gas = 0;
        if (course == null) {
            story.add("found: NOT WITHIN %d s".formatted(LIMIT.toSeconds()));
        } else {
            gas = tell(course, story);
        }
        story.add("victim before: " + of.before());
        story.add("victim after:  " + after);
        boolean holds =
                course != null
                        && course.proven().fault().equals(of.cheat().fault())
                        && course.proven().victimNano().longValueExact() == paidNano
                        && of.before().balanceNano() - after.balanceNano() == of.debitedNano()
                        && 100 * paidNano >= LEAST_PERCENT * of.debitedNano();
        double seconds = course == null ? seconds(LIMIT.toNanos()) : course.seconds();
        return new Verdict(of.cheat(), holds, of.debitedNano(), paidNano, seconds, gas, story);
    }

    /** The transactions that convicted it; the gas of all of them. */
    private long tell(Course course, List<String> story) throws IOException {
        long gas = 0;
        Challenged challenged = course.challenged();
        if (challenged != null) {
            String hash = challenged.at().transaction();
            long used = gasOf(hash);
            story.add("challenged: %s, %,d gas; %s".formatted(hash, used, challenged.name()));
            gas += used;
        }
        FaultProven proven = course.proven();
        String hash = proven.at().transaction();
        long used = gasOf(hash);
        story.add(
                "%s: %s, %,d gas; %s, %,d nano-USD to the victim after %.1f s"
                        .formatted(
                                challenged == null ? "proven" : "concluded",
                                hash,
                                used,
                                proven.fault(),
                                proven.victimNano(),
                                course.seconds()));
        return gas + used;
    }

    private long gasOf(String transaction) throws IOException {
        return Numeric.decodeQuantity(
                        new JsonRpc(stage.stack().rpcUrl())
                                .call("eth_getTransactionReceipt", transaction)
                                .path("gasUsed")
                                .asText())
                .longValueExact();
    }

    static double seconds(long nanos) {
        return Math.round(nanos / 1e8) / 10.0;
    }
}
