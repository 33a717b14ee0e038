package io.millrace.local.cli;

import io.millrace.admit.RejectReason;
import io.millrace.audit.Books;
import io.millrace.audit.Prover;
import io.millrace.contracts.SettlementVault;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.TopicScan;
import io.millrace.local.client.SettledEpoch;
import io.millrace.local.client.StackTraffic;
import io.millrace.local.client.Totals;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.EvmSession;
import io.millrace.local.stack.FlinkMetrics;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackFile;
import io.millrace.local.stack.StackFile.Account;
import io.millrace.unit.Keccak;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One demo on a running stack whose last requester is poor: sends the mix, waits until all of it is
 * answered or refused, charged and settled, and looks at the result from outside.
 */
final class Demo {

    private static final int CHUNK = 200;
    private static final Duration STANDSTILL_LIMIT = Duration.ofMinutes(3);
    private static final Duration HEALTH_PAUSE = Duration.ofSeconds(2);
    private static final byte[] STRANGER = Keccak.hashUtf8("the key of one without an account");

    private final LocalStack running;
    private final StackFile stack;
    private final Console console;
    private final FlinkMetrics metrics;
    private final Totals totals = new Totals();
    private final Map<RejectReason, Integer> meant = new EnumMap<>(RejectReason.class);

    private int sent;
    private long nextHealthNanos = System.nanoTime();

    Demo(LocalStack running, Console console) throws Exception {
        this.running = running;
        this.stack = running.file();
        this.console = console;
        this.metrics = running.metrics();
    }

    /**
     * Runs it.
     *
     * @param exact whether nothing but what was made bad may be refused: not so for texts of a user
     */
    DemoReport run(int requests, List<String> texts, boolean exact) throws Exception {
        settle(requests, texts);
        return report(exact);
    }

    /** Sends requests, and waits until all that they cost is final on chain. */
    void settle(int requests, List<String> texts) throws Exception {
        console.line("waiting until the deposits are final and the job has seen them");
        running.awaitDeposits();
        try (RequestSender sender = new RequestSender(stack.bootstrapServers());
                TopicScan scan =
                        new TopicScan(Brokers.at(stack.bootstrapServers()), Totals.TOPICS)) {
            Progress progress = new Progress(console, metrics);
            send(requests, texts, sender, scan, progress);
            awaitSettled(scan, progress);
        }
    }

    private void send(
            int requests,
            List<String> texts,
            RequestSender sender,
            TopicScan scan,
            Progress progress)
            throws Exception {
        List<Account> all = stack.requesters();
        Account poor = all.get(all.size() - 1);
        byte[] poorKey = KeyFile.read(Path.of(poor.keyFile()));
        Traffic traffic = StackTraffic.of(stack, all.subList(0, all.size() - 1), texts);
        while (sent < requests) {
            for (int i = 0; i < CHUNK && sent < requests; i++) {
                Traffic.Item item = traffic.mixed(sent++, poorKey, STRANGER);
                if (item.fault() != null) {
                    meant.merge(item.fault(), 1, Integer::sum);
                }
                sender.send(item);
            }
            sender.flush();
            scan.poll(totals::add);
            progress.show(sent, totals);
        }
    }

    private void awaitSettled(TopicScan scan, Progress progress) throws Exception {
        String last = "";
        long deadline = System.nanoTime() + STANDSTILL_LIMIT.toNanos();
        while (!missing().isEmpty()) {
            scan.poll(totals::add);
            progress.show(sent, totals);
            requireHealthy();
            String now = missing();
            if (!now.equals(last)) {
                last = now;
                deadline = System.nanoTime() + STANDSTILL_LIMIT.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new StackException(
                        "nothing has moved for %d minutes and there is still: %s"
                                .formatted(STANDSTILL_LIMIT.toMinutes(), now));
            }
        }
        progress.show(sent, totals);
    }

    /** What is not done yet; empty when all is. */
    private String missing() {
        int open = sent - totals.answered() - totals.rejected();
        if (open != 0) {
            return open + " requests neither answered nor refused";
        }
        long uncharged = totals.answered() - totals.charges();
        if (uncharged != 0) {
            return uncharged + " answers without a committed charge";
        }
        long unsealed = totals.charges() - totals.receipts();
        if (unsealed != 0) {
            return unsealed + " charges in no epoch";
        }
        int unsettled = totals.unsettledEpochs();
        return unsettled == 0 ? "" : unsettled + " epochs not final on chain";
    }

    private DemoReport report(boolean exact) throws Exception {
        try (EvmSession session = new EvmSession(stack.rpcUrl(), stack.chainId())) {
            SettlementVault vault = session.vault(stack.vault());
            Balances.print(console, vault, stack);
            printEpochs();
            boolean asMeant = printRefusals(exact);

            String id = totals.lastReceipt();
            Prover.Proof proof =
                    new Prover(AuditCommand.config(stack, false)).prove(id, Instant.EPOCH);
            boolean verified = proof.verified();
            console.line("");
            console.line(
                    "Proof of one charge: request "
                            + id
                            + ", "
                            + proof.debitNano()
                            + " nano-USD in epoch "
                            + proof.epoch()
                            + ", "
                            + proof.siblings()
                            + " siblings: "
                            + (verified ? "the vault confirms it" : "THE VAULT DENIES IT"));
            Books books = AuditCommand.of(stack, true);
            AuditCommand.print(console, books);
            return new DemoReport(
                    sent,
                    totals.answered(),
                    totals.rejected(),
                    totals.tokens(),
                    asMeant,
                    totals.epochs(),
                    books,
                    id,
                    proof.epoch(),
                    verified);
        }
    }

    private void printEpochs() {
        console.line("");
        console.line("Settled epochs");
        for (SettledEpoch epoch : totals.epochs()) {
            console.line(
                    String.format(
                            "  %3d  %s  %,d gas  %d accounts  %d receipts  %,d nano-USD",
                            epoch.epoch(),
                            epoch.transaction(),
                            epoch.gas(),
                            epoch.accounts(),
                            epoch.receipts(),
                            epoch.debitsNano()));
        }
    }

    private boolean printRefusals(boolean exact) {
        console.line("");
        console.line("Refused, of those made bad on purpose");
        boolean asMeant = true;
        for (RejectReason reason : RejectReason.values()) {
            int wanted = meant.getOrDefault(reason, 0);
            int found = totals.reasons().getOrDefault(reason, 0);
            boolean tooLong = reason == RejectReason.INPUT_TOO_LONG && !exact;
            boolean fits = tooLong ? found >= wanted : found == wanted;
            asMeant &= fits;
            if (wanted != 0 || found != 0) {
                console.line(
                        String.format(
                                "  %-20s %4d of %4d%s",
                                reason, found, wanted, fits ? "" : "  NOT AS MEANT"));
            }
        }
        return asMeant;
    }

    private void requireHealthy() throws Exception {
        if (System.nanoTime() >= nextHealthNanos) {
            running.requireHealthy();
            nextHealthNanos = System.nanoTime() + HEALTH_PAUSE.toNanos();
        }
    }
}
