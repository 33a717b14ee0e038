package io.millrace.watch.cli;

import io.millrace.audit.read.JsonRpc;
import io.millrace.watch.KeyMessenger;
import io.millrace.watch.WatchMetrics;
import io.millrace.watch.Watcher;
import io.millrace.watch.act.send.FinalBlock;
import io.millrace.watch.act.send.SendLimits;
import io.millrace.watch.figures.FigureServer;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The watcher's own options. */
final class WatchOptions {

    @Option(
            names = "--watch.data",
            paramLabel = "FOLDER",
            defaultValue = "watch-data",
            description =
                    "Folder of what it has read and begun, about 1 KB a charge. Keep it: cases go"
                            + " on from there.")
    private Path folder = Path.of("");

    @Option(
            names = "--watch.key.file",
            paramLabel = "FILE",
            description =
                    "The watcher's own key, 0x and 64 hexadecimal digits, for nobody else to read;"
                            + " its account pays gas and deposits, and is paid the rewards.")
    private @Nullable Path keyFile;

    @Option(
            names = "--dry-run",
            description = "Say what would be proven or challenged, and send nothing. Needs no key.")
    private boolean dryRun;

    @Option(
            names = "--once",
            description =
                    "End when all that is settled is judged and all cases are concluded; without"
                            + " it, watch until told to end.")
    private boolean once;

    @Option(
            names = "--watch.accounts",
            split = ",",
            paramLabel = "N",
            description =
                    "Spending accounts to watch, comma-separated. Default: all, unless earners are"
                            + " named.")
    private List<Long> accounts = List.of();

    @Option(
            names = "--watch.earners",
            paramLabel = "N",
            split = ",",
            description =
                    "Earning accounts to watch, comma-separated. Default: all, unless accounts are"
                            + " named.")
    private List<Long> earners = List.of();

    @Option(
            names = "--watch.patience.seconds",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "How long after its settlement an epoch may wait for receipts and evidence. 0,"
                        + " the default: half of what two rounds of challenges leave of the vault's"
                        + " window.")
    private long patienceSeconds;

    @Option(
            names = "--watch.most.open",
            paramLabel = "N",
            defaultValue = "64",
            description =
                    "Challenges that may be open at once, each with its deposit; the dearest come"
                            + " first.")
    private int mostOpen;

    @Option(
            names = "--watch.budget.wei",
            paramLabel = "N",
            defaultValue = "100000000000000000",
            description = "Most gas money of a day; ${DEFAULT-VALUE} by default, 0.1 ether.")
    private BigInteger budgetWei = BigInteger.ZERO;

    @Option(
            names = "--watch.deposits.wei",
            paramLabel = "N",
            defaultValue = "100000000000000000",
            description =
                    "Most that a day's challenges may have in deposits; ${DEFAULT-VALUE} by"
                            + " default, 0.1 ether.")
    private BigInteger depositsWei = BigInteger.ZERO;

    @Option(
            names = "--watch.gas",
            paramLabel = "N",
            defaultValue = "1000000",
            description =
                    "Most gas of one transaction; ${DEFAULT-VALUE} by default. A proof that needs"
                            + " more is not sent, and its leaf is challenged.")
    private long maxGas;

    @Option(
            names = "--watch.port",
            paramLabel = "N",
            defaultValue = "0",
            description = "Serve figures for Prometheus on this port; 0, the default: do not.")
    private int port;

    @Option(
            names = "--watch.address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description =
                    "Where --watch.port serves: ${DEFAULT-VALUE} by default, this machine alone."
                            + " Figures hold no secrets, and no password is before them.")
    private String address = "";

    /** What serves figures, if that is wanted. */
    Optional<FigureServer> metrics(Watcher watcher) throws IOException {
        return port == 0
                ? Optional.empty()
                : Optional.of(WatchMetrics.serve(watcher, address, port));
    }

    /**
     * What sends.
     *
     * @throws IllegalArgumentException if there is no key for it
     */
    Watcher.Courier courier(String rpcUrl, FinalBlock finality) {
        Path file = keyFile;
        if (dryRun) {
            return chain -> new NoMessenger();
        }
        if (file == null) {
            throw new IllegalArgumentException(
                    "--watch.key.file is missing; name the file of a key for gas, or give"
                            + " --dry-run");
        }
        return chain ->
                KeyMessenger.open(
                        file,
                        folder.resolve("sent.journal"),
                        new JsonRpc(rpcUrl),
                        chain,
                        finality,
                        SendLimits.DEFAULT
                                .spending(budgetWei)
                                .depositing(depositsWei)
                                .needing(maxGas));
    }

    Path folder() {
        return folder;
    }

    List<Long> accounts() {
        return accounts;
    }

    List<Long> earners() {
        return earners;
    }

    long patienceSeconds() {
        return patienceSeconds;
    }

    int mostOpen() {
        return mostOpen;
    }

    boolean once() {
        return once;
    }

    boolean acts() {
        return !dryRun;
    }
}
