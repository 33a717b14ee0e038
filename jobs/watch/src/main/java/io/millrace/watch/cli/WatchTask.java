package io.millrace.watch.cli;

import io.millrace.audit.cli.EndpointOptions;
import io.millrace.watch.Case;
import io.millrace.watch.WatchSettings;
import io.millrace.watch.Watcher;
import io.millrace.watch.figures.FigureServer;
import io.millrace.watch.follow.Finality;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Rechecks every epoch of a settler, and proves or challenges what is wrong. */
@Command(
        name = "watch",
        description = {
            "Rechecks every epoch of a settler, and proves or challenges what is wrong.",
            "Exit code 1 if a fault was found."
        },
        mixinStandardHelpOptions = true)
final class WatchTask implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(WatchTask.class);
    private static final long STATUS_EVERY_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long ROUND_MILLIS = 1_000;

    @Mixin private EndpointOptions endpoints = new EndpointOptions();

    @Option(names = "--registry.address", required = true, description = "ModelRegistry.")
    private String registry = "";

    @Option(
            names = "--chain.finality",
            defaultValue = "finalized",
            description = "Which blocks count: finalized, safe, or a number behind the newest.")
    private String finality = "";

    @Mixin private WatchOptions options = new WatchOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Ending ending = Ending.ofProcess();
                Watcher watcher = Watcher.open(settings(), courier())) {
            Optional<FigureServer> metrics = options.metrics(watcher);
            try {
                return follow(watcher, ending);
            } finally {
                metrics.ifPresent(FigureServer::close);
            }
        }
    }

    private int follow(Watcher watcher, Ending ending) throws IOException, InterruptedException {
        long said = System.nanoTime() - STATUS_EVERY_NANOS;
        boolean idle = false;
        while (!(options.once() && idle)) {
            if (ending.within(ROUND_MILLIS)) {
                break;
            }
            idle = round(watcher);
            if (System.nanoTime() - said >= STATUS_EVERY_NANOS) {
                LOG.info("{}", watcher.status());
                said = System.nanoTime();
            }
        }
        System.out.println(watcher.status());
        print(watcher.docket().all());
        return watcher.docket().count() == 0 ? 0 : WatchProgram.FAULTY;
    }

    /** A node that fails is asked again, and said so each time: nothing of a case is lost by it. */
    private boolean round(Watcher watcher) {
        try {
            watcher.step();
            return watcher.isIdle();
        } catch (IOException e) {
            LOG.error("this round failed, and is tried again: {}", e.getMessage());
        } catch (RuntimeException e) { // a node may say anything
            LOG.error("this round failed, and is tried again", e);
        }
        return false;
    }

    private static void print(List<Case> cases) {
        for (Case one : cases) {
            System.out.printf(
                    "%-12s %s: %s (%s)%n", one.state(), one.name(), one.why(), one.action());
        }
    }

    private Watcher.Courier courier() {
        return options.courier(endpoints.rpcUrl(), new Finality(finality)::newestNumber);
    }

    private WatchSettings settings() {
        return new WatchSettings(
                endpoints.kafka(),
                endpoints.rpcUrl(),
                endpoints.vault(),
                registry,
                endpoints.startBlock(),
                new Finality(finality),
                options.folder(),
                new HashSet<>(options.accounts()),
                new HashSet<>(options.earners()),
                options.patienceSeconds(),
                options.mostOpen(),
                options.acts());
    }
}
