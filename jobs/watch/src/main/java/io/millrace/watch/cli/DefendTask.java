package io.millrace.watch.cli;

import io.millrace.audit.cli.EndpointOptions;
import io.millrace.watch.defend.Defender;
import io.millrace.watch.figures.FigureServer;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Answers what is demanded of a settler. */
@Command(
        name = "defend",
        description = {
            "Answers the challenges of a settler's epochs from its topics, in time and by itself.",
            "Exit code 1 if one was missed."
        },
        mixinStandardHelpOptions = true)
final class DefendTask implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(DefendTask.class);
    private static final long STATUS_EVERY_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long ROUND_MILLIS = 1_000;
    private static final long BUSY_MILLIS = 100;

    @Mixin private EndpointOptions endpoints = new EndpointOptions();

    @Mixin private DefendOptions options = new DefendOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Ending ending = Ending.ofProcess();
                Defender defender = Defender.open(options.settings(endpoints))) {
            Optional<FigureServer> figures = options.figures(defender);
            try {
                return follow(defender, ending);
            } finally {
                figures.ifPresent(FigureServer::close);
            }
        }
    }

    private int follow(Defender defender, Ending ending) throws InterruptedException {
        long said = System.nanoTime() - STATUS_EVERY_NANOS;
        long pauseMillis = 0;
        boolean idle = false;
        while (!(options.once() && idle) && !ending.within(pauseMillis)) {
            boolean done = round(defender);
            idle = done && defender.isIdle();
            pauseMillis = done && defender.isBusy() ? BUSY_MILLIS : ROUND_MILLIS;
            if (System.nanoTime() - said >= STATUS_EVERY_NANOS) {
                LOG.info("{}", defender.status());
                said = System.nanoTime();
            }
        }
        System.out.println(defender.status());
        return defender.figures().missed() == 0 ? 0 : WatchProgram.FAULTY;
    }

    /** Whatever fails is tried again: the bond is lost by a defender that gives up. */
    private static boolean round(Defender defender) {
        try {
            defender.step();
            return true;
        } catch (IOException e) {
            LOG.error("this round failed, and is tried again: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("this round failed, and is tried again", e);
        }
        return false;
    }
}
