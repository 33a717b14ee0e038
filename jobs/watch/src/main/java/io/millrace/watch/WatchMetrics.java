package io.millrace.watch;

import io.millrace.watch.figures.FigureServer;
import io.millrace.watch.figures.FigureText;
import java.io.IOException;
import java.util.Locale;

/** The figures of a watcher. */
public final class WatchMetrics {

    private WatchMetrics() {}

    /**
     * Begins to serve them.
     *
     * @param address of this machine; loopback, unless others are to scrape
     * @param port 0 for any that is free
     * @throws IOException that names both if the address is none or the port is taken
     */
    public static FigureServer serve(Watcher watcher, String address, int port) throws IOException {
        return FigureServer.serve("--watch", address, port, () -> text(watcher.figures()));
    }

    static String text(WatchFigures figures) {
        FigureText text =
                new FigureText("millrace_watch_")
                        .gauge("block", "newest final block that was read", figures.block())
                        .gauge("epochs_judged", "epochs this process has judged", figures.judged())
                        .gauge(
                                "epochs_waiting",
                                "settled epochs that wait for receipts",
                                figures.waiting())
                        .gauge(
                                "topics_readable",
                                "1 if the topics can be read",
                                figures.topics() ? 1 : 0)
                        .gauge(
                                "round_age_seconds",
                                "since a round succeeded",
                                figures.roundAgeSeconds())
                        .head("cases", "cases by their state", "gauge");
        // Those without a case too: what comes is seen to come only by who has seen the 0 before.
        for (Case.State state : Case.State.values()) {
            text.value(
                    "cases",
                    "{state=\"%s\"}".formatted(state.name().toLowerCase(Locale.ROOT)),
                    figures.cases().getOrDefault(state, 0L));
        }
        return text.toString();
    }
}
