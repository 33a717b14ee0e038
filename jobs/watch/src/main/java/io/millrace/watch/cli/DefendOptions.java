package io.millrace.watch.cli;

import io.millrace.audit.cli.EndpointOptions;
import io.millrace.watch.defend.DefendSettings;
import io.millrace.watch.defend.Defender;
import io.millrace.watch.figures.FigureServer;
import io.millrace.watch.follow.Finality;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The defender's own options. */
final class DefendOptions {

    @Option(
            names = "--chain.finality",
            paramLabel = "FINALITY",
            defaultValue = "finalized",
            description =
                    "Which blocks are read once and for all: finalized, safe, or a number behind"
                            + " the newest. An answer does not wait for them.")
    private String finality = "";

    @Option(
            names = "--defend.data",
            paramLabel = "FOLDER",
            defaultValue = "defend-data",
            description =
                    "Folder of what it has sent and how far it has read; a few KB. Keep it: it"
                            + " goes on from there.")
    private Path folder = Path.of("");

    @Option(
            names = "--defend.key.file",
            paramLabel = "FILE",
            required = true,
            description =
                    "The defender's own key, 0x and 64 hexadecimal digits, for nobody else to"
                            + " read; its account pays the gas, and needs no role. Not the"
                            + " settler's, whose transactions must not wait for others.")
    private Path keyFile = Path.of("");

    @Option(
            names = "--defend.settlers",
            split = ",",
            paramLabel = "ADDRESS",
            description = "Whose epochs are defended, comma-separated. Default: all of the vault.")
    private List<String> settlers = List.of();

    @Option(
            names = "--defend.budget.wei",
            paramLabel = "N",
            defaultValue = "1000000000000000000",
            description =
                    "Most gas money of a day; ${DEFAULT-VALUE} by default, 1 ether. An answer in"
                            + " time earns the settler the challenger's deposit.")
    private BigInteger budgetWei = BigInteger.ZERO;

    @Option(
            names = "--defend.port",
            paramLabel = "N",
            defaultValue = "0",
            description = "Serve figures for Prometheus on this port; 0, the default: do not.")
    private int port;

    @Option(
            names = "--defend.address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description =
                    "Where --defend.port serves: ${DEFAULT-VALUE} by default, this machine alone."
                            + " Figures hold no secrets, and no password is before them.")
    private String address = "";

    @Option(
            names = "--once",
            description =
                    "End when no challenge is open, by final blocks; without it, defend until told"
                            + " to end.")
    private boolean once;

    DefendSettings settings(EndpointOptions endpoints) {
        return new DefendSettings(
                endpoints.kafka(),
                endpoints.rpcUrl(),
                endpoints.vault(),
                endpoints.startBlock(),
                new Finality(finality),
                folder,
                keyFile,
                new HashSet<>(settlers),
                budgetWei);
    }

    /** What serves figures, if that is wanted. */
    Optional<FigureServer> figures(Defender defender) throws IOException {
        return port == 0
                ? Optional.empty()
                : Optional.of(
                        FigureServer.serve(
                                "--defend", address, port, () -> defender.figures().text()));
    }

    boolean once() {
        return once;
    }
}
