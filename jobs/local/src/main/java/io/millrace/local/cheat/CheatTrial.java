package io.millrace.local.cheat;

import io.millrace.audit.Books;
import io.millrace.local.cheat.Cheat.Remedy;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** A stack's settler turns bad; what is done about it, and what comes of it. */
public final class CheatTrial {

    private static final Set<Remedy> PAID = EnumSet.of(Remedy.BOND, Remedy.EARNINGS);

    private CheatTrial() {}

    /** {@code options} with the accounts that a trial takes, each requester with ten dollars. */
    public static StackOptions roomFor(StackOptions options) {
        return options.withProviders(Math.max(2, options.providers()))
                .withRequesters(Cast.REQUESTERS, 10 * StackOptions.DOLLAR);
    }

    /**
     * Tries {@code cheats} on a stack whose job is stopped and has settled all that it sealed. The
     * chain's clock may be days ahead afterwards.
     *
     * @param directory of the stack
     * @param audit recomputes its books
     * @param out is told how it goes, for people
     */
    public static List<Verdict> run(
            StackFile stack,
            Path directory,
            List<Cheat> cheats,
            Callable<Books> audit,
            Consumer<String> out)
            throws Exception {
        List<Verdict> verdicts = new ArrayList<>();
        try (Stage stage = Stage.open(stack, directory)) {
            SlowTrial slow = new SlowTrial(stage, audit);
            // The audit shows a few lines of each check, and the bond's window knows no leap in
            // time.
            for (Cheat cheat : of(cheats, Remedy.EARNINGS)) {
                tell(new EarningTrial(stage, audit, out).run(cheat), verdicts, out);
            }
            List<Cheat> watched = of(cheats, Remedy.BOND);
            if (!watched.isEmpty()) {
                for (Verdict verdict : new BondTrial(stage, out).run(watched)) {
                    tell(verdict, verdicts, out);
                }
            }
            for (Remedy remedy : List.of(Remedy.OWN_HATCH, Remedy.SUCCESSOR)) {
                for (Cheat cheat : of(cheats, remedy)) {
                    tell(slow.run(cheat), verdicts, out);
                }
            }
        }
        return verdicts;
    }

    /** One line a cheat. */
    public static void printTable(List<Verdict> verdicts, Consumer<String> out) {
        out.accept("");
        out.accept(
                "%-27s %-26s %-12s %9s %13s %5s %6s %8s"
                        .formatted(
                                "cheat",
                                "found by",
                                "decided by",
                                "debited",
                                "paid",
                                "%",
                                "s",
                                "gas"));
        for (Verdict one : verdicts) {
            String percent =
                    PAID.contains(one.cheat().remedy()) && one.debitedNano() > 0
                            ? Long.toString(100 * one.paidNano() / one.debitedNano())
                            : "-";
            out.accept(
                    "%-27s %-26s %-12s %,9d %,13d %5s %6.1f %,8d%s"
                            .formatted(
                                    one.cheat(),
                                    shortened(one.cheat().remedy().finder()),
                                    one.cheat().remedy().judge(),
                                    one.debitedNano(),
                                    one.paidNano(),
                                    percent,
                                    one.seconds(),
                                    one.gas(),
                                    one.holds() ? "" : "  NOT AS PROMISED"));
        }
    }

    private static String shortened(String finder) {
        return finder.split(",", 2)[0];
    }

    private static List<Cheat> of(List<Cheat> cheats, Remedy remedy) {
        return cheats.stream().filter(cheat -> cheat.remedy() == remedy).toList();
    }

    private static void tell(Verdict verdict, List<Verdict> all, Consumer<String> out) {
        all.add(verdict);
        Cheat cheat = verdict.cheat();
        out.accept("");
        out.accept(cheat + ": the settler " + cheat.does());
        out.accept(
                "  found by %s, decided by %s; the victim gets %s"
                        .formatted(
                                cheat.remedy().finder(),
                                cheat.remedy().judge(),
                                cheat.remedy().gives()));
        verdict.story().forEach(line -> out.accept("  " + line));
        out.accept(
                "  %s after %.1f s"
                        .formatted(
                                verdict.holds() ? "as promised," : "NOT AS PROMISED,",
                                verdict.seconds()));
    }
}
