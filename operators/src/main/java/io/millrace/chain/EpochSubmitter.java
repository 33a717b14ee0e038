package io.millrace.chain;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.SettlementHaltedException.Reason;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings sealed parts into the vault, in the order of the epoch log. Every step starts from what
 * the chain says, so a restart, a lost reply and a reorganisation are the same case: compare the
 * vault's head with the parts not yet final; what it holds is adopted, the first that it does not
 * hold is (re-)sent.
 *
 * <p>Guarantees: a part is settled once, because the vault takes a header once (M5); an outcome is
 * never assumed, only read from the chain (M9); what was signed is in the journal before it is
 * sent, and is sent again as the same bytes. A part counts as settled when the vault's own event
 * for its header stands in a canonical block that is final. Anything that contradicts the log
 * halts.
 *
 * <p>Plain Java, driven by {@link #step}; one thread owns it.
 */
public final class EpochSubmitter {

    /** Returned by {@link #step} when nothing is left to do until {@link #add}. */
    public static final long IDLE = Long.MAX_VALUE;

    private static final Logger LOG = LoggerFactory.getLogger(EpochSubmitter.class);

    private final VaultClient chain;
    private final SubmitOptions options;
    private final Clock clock;
    private final SubmitMetrics metrics;
    private final Consumer<SettlementRecord> settled;
    private final PartSender sender;

    private final NonceTracker nonces = new NonceTracker();
    private final List<TrackedPart> window = new ArrayList<>();
    private final Map<String, List<SettlementRecord>> signedBefore = new HashMap<>();
    private final Set<String> finalBefore = new HashSet<>();
    private @Nullable String lastFinal;
    private boolean guarded;
    private long highestBlock;
    private long behindSinceMillis;
    private int failures;

    /**
     * Starts from what the journal holds.
     *
     * @param history of the journal, in order @param settled hears of every part once it is final
     */
    public EpochSubmitter(
            VaultClient chain,
            Signer signer,
            SubmissionJournal journal,
            List<SettlementRecord> history,
            SubmitOptions options,
            Clock clock,
            SubmitMetrics metrics,
            Consumer<SettlementRecord> settled) {
        this.chain = chain;
        this.options = options;
        this.clock = clock;
        this.metrics = metrics;
        this.settled = settled;
        this.sender = new PartSender(chain, signer, journal, nonces, options, clock, metrics);
        for (SettlementRecord entry : history) {
            if (entry.state() == SettlementRecord.State.FINAL) {
                signedBefore.remove(entry.header());
                finalBefore.add(entry.header());
                highestBlock = Math.max(highestBlock, entry.block());
            } else if (!finalBefore.contains(entry.header())) {
                signedBefore.computeIfAbsent(entry.header(), h -> new ArrayList<>()).add(entry);
            }
        }
    }

    /**
     * Takes the next part of the log. One that is known already is ignored.
     *
     * @throws SettlementHaltedException if it does not continue the part before it
     */
    public void add(SealedEpoch part) throws SettlementHaltedException {
        String before = window.isEmpty() ? lastFinal : window.get(window.size() - 1).part.hash();
        for (TrackedPart known : window) {
            if (known.part.hash().equals(part.hash())) {
                return;
            }
        }
        if (part.hash().equals(lastFinal)) {
            return;
        }
        if (before != null && !part.header().previousHeader().equals(before)) {
            throw new SettlementHaltedException(
                    Reason.LOG_BROKEN,
                    "epoch log: epoch "
                            + part.header().epoch()
                            + " part "
                            + part.header().part()
                            + " continues header "
                            + part.header().previousHeader()
                            + " but the part before it is "
                            + before
                            + "; two jobs wrote the log, or an older savepoint was restored: stop"
                            + " the other job, or restore the newest savepoint");
        }
        List<SettlementRecord> attempts = signedBefore.getOrDefault(part.hash(), List.of());
        window.add(new TrackedPart(part, attempts, clock.millis()));
        signedBefore.remove(part.hash());
        publishMetrics();
    }

    /**
     * Looks at the chain once and does what follows from it.
     *
     * @return milliseconds until the next look is due, or {@link #IDLE}
     * @throws SettlementHaltedException if going on would be a guess
     */
    public long step() throws SettlementHaltedException {
        try {
            if (!guarded) {
                sender.guard();
                guarded = true;
            }
            boolean waits = !window.isEmpty() && look();
            metrics.waits(waits);
            if (failures > 0) {
                LOG.info("the L2 node answers again after {} failures", failures);
                failures = 0;
            }
            return window.isEmpty() ? IDLE : options.pollMillis();
        } catch (RpcException e) {
            return backOff(e);
        }
    }

    private long backOff(RpcException e) {
        metrics.rpcFailed();
        metrics.waits(true);
        if (failures == 0) {
            LOG.warn("settlement waits, {} parts unsettled: {}", window.size(), e.getMessage());
        }
        failures++;
        int doublings = Math.min(failures - 1, 20);
        return Math.min(options.pollMillis() << doublings, options.maxBackoffMillis());
    }

    /** Returns whether nothing can be done for now. */
    private boolean look() throws RpcException, SettlementHaltedException {
        L2Block latest = chain.latestBlock();
        if (latest.number() < highestBlock) {
            // A node behind a load balancer, or one that was restored: old state decides nothing.
            throw RpcException.invalid(
                    "eth_getBlockByNumber",
                    "the node is at block " + latest.number() + ", it was at " + highestBlock);
        }
        highestBlock = latest.number();
        L2Block finalBlock = chain.finalBlock();
        int held = heldByVault(latest);
        if (held < 0) {
            return true;
        }
        locate(held, latest);
        finalise(held, finalBlock);
        TrackedPart missing = firstMissing();
        return missing != null && sender.advance(missing, latest);
    }

    /**
     * How many parts of the window, from its front, the vault holds; -1 if it is too far behind to
     * tell yet. The parts continue each other, so holding one means holding those before it.
     */
    private int heldByVault(L2Block latest) throws RpcException, SettlementHaltedException {
        VaultHead head = chain.head(latest);
        TrackedPart first = window.get(0);
        if (head.header().equals(first.part.header().previousHeader())) {
            behindSinceMillis = 0;
            return 0;
        }
        int held = 0;
        for (TrackedPart it : window) {
            if (it.part.hash().equals(head.header())) {
                behindSinceMillis = 0;
                return held + 1;
            }
            held++;
        }
        return heldByAdvancedVault(head, latest);
    }

    /** The vault's head is none of the window's: each part has to be asked for. */
    private int heldByAdvancedVault(VaultHead head, L2Block latest)
            throws RpcException, SettlementHaltedException {
        TrackedPart first = window.get(0);
        int held = 0;
        for (TrackedPart it : window) {
            EpochHeader header = it.part.header();
            if (head.isBefore(header.epoch(), header.part())) {
                break;
            }
            String inVault = chain.headerOf(header.epoch(), header.part(), latest);
            if (!inVault.equals(it.part.hash())) {
                throw diverged(it, inVault, head);
            }
            held++;
        }
        if (held == 0) {
            requireNotBehindForLong(first, head);
            return -1;
        }
        behindSinceMillis = 0;
        return held;
    }

    private static SettlementHaltedException diverged(
            TrackedPart it, String inVault, VaultHead head) {
        return new SettlementHaltedException(
                Reason.DIVERGED,
                it.name()
                        + " is not what the vault settled: it has "
                        + inVault
                        + " there and stands at epoch "
                        + head.epoch()
                        + " part "
                        + head.part()
                        + " ("
                        + head.header()
                        + "); another submitter holds the settler's key, stop it, or restore a"
                        + " newer savepoint");
    }

    /**
     * A lagging node looks like a vault that misses epochs, so this is believed only after a while.
     */
    private void requireNotBehindForLong(TrackedPart first, VaultHead head)
            throws SettlementHaltedException {
        long now = clock.millis();
        if (behindSinceMillis == 0) {
            behindSinceMillis = now;
            LOG.warn("{} waits: the vault is at epoch {}", first.name(), head.epoch());
        }
        if (now - behindSinceMillis >= options.bumpMillis()) {
            throw new SettlementHaltedException(
                    Reason.VAULT_BEHIND,
                    first.name()
                            + " continues header "
                            + first.part.header().previousHeader()
                            + " but the vault is at epoch "
                            + head.epoch()
                            + " part "
                            + head.part()
                            + " ("
                            + head.header()
                            + "); check the vault's address, or read the epoch log from its"
                            + " beginning");
        }
    }

    /** Finds where each held part was settled; what is not held is nowhere (again). */
    private void locate(int held, L2Block latest) throws RpcException {
        for (int i = 0; i < window.size(); i++) {
            TrackedPart it = window.get(i);
            if (i >= held) {
                it.settledIn = null;
            } else if (it.settledIn == null) {
                LogEntry event = chain.settled(it.part, latest.number()).orElse(null);
                if (event == null) {
                    throw RpcException.invalid(
                            "eth_getLogs", it.name() + " is in the vault but not in its logs");
                }
                it.settledIn = event;
                for (SettlementRecord attempt : it.attempts) {
                    if (attempt.transaction().equals(event.transaction())) {
                        nonces.mined(attempt.nonce());
                    }
                }
            }
        }
    }

    /** Reports the held parts that are final, in order, and lets go of them. */
    private void finalise(int held, L2Block finalBlock)
            throws RpcException, SettlementHaltedException {
        for (int left = held; left > 0; left--) {
            TrackedPart it = window.get(0);
            LogEntry event = requireNonNull(it.settledIn, "settledIn is null");
            if (event.block() > finalBlock.number()) {
                return;
            }
            if (!chain.block(event.block()).hash().equals(event.blockHash())) {
                it.settledIn = null; // moved to another block: look for it again
                return;
            }
            TransactionOutcome outcome = chain.outcome(event.transaction()).orElse(null);
            if (outcome == null || !outcome.succeeded() || outcome.block() != event.block()) {
                throw RpcException.invalid(
                        "eth_getTransactionReceipt",
                        event.transaction() + " settled " + it.name() + " but its receipt is off");
            }
            report(it, outcome);
        }
    }

    private void report(TrackedPart it, TransactionOutcome outcome)
            throws SettlementHaltedException {
        SettlementRecord sent =
                it.attempts.stream()
                        .filter(attempt -> attempt.transaction().equals(outcome.transaction()))
                        .findFirst()
                        .orElse(null); // null: another process of ours sent it
        SettlementRecord entry =
                new SettlementRecord(
                        SettlementRecord.State.FINAL,
                        it.part.header().epoch(),
                        it.part.header().part(),
                        it.part.hash(),
                        sent == null ? -1 : sent.nonce(),
                        outcome.transaction(),
                        "",
                        sent == null ? 0 : sent.maxFeePerGasWei(),
                        sent == null ? 0 : sent.maxPriorityFeePerGasWei(),
                        outcome.block(),
                        outcome.gasUsed(),
                        clock.millis());
        if (!finalBefore.remove(it.part.hash())) {
            sender.journal(entry);
        }
        window.remove(0);
        lastFinal = it.part.hash();
        metrics.settled(outcome.gasUsed());
        publishMetrics();
        LOG.info(
                "{} is final: transaction {}, block {}, {} gas",
                it.name(),
                outcome.transaction(),
                outcome.block(),
                outcome.gasUsed());
        settled.accept(entry);
    }

    private @Nullable TrackedPart firstMissing() {
        for (TrackedPart it : window) {
            if (it.settledIn == null) {
                return it;
            }
        }
        return null;
    }

    private void publishMetrics() {
        long nano = 0;
        for (TrackedPart it : window) {
            nano = Math.addExact(nano, it.part.header().partSumNano());
        }
        metrics.unsettled(window.size(), nano, window.isEmpty() ? 0 : window.get(0).sinceMillis);
    }
}
