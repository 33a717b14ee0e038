package io.millrace.chain.submit;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
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

    private static final long BALANCE_MILLIS = 60_000;

    private final VaultClient chain;
    private final Signer signer;
    private final SubmitOptions options;
    private final SteadyClock clock;
    private final SubmitMetrics metrics;
    private final SubmissionHistory history;
    private final StartGuard guard;
    private final Consumer<SettlementRecord> settled;
    private final NonceTracker nonces;
    private final PartSender sender;
    private final ChainView view;

    private final List<TrackedPart> window = new ArrayList<>();
    private @Nullable String lastFinal;
    private boolean guarded;
    private long balanceReadMillis;
    private long behindSinceMillis;
    private boolean doubted;
    private int failures;

    /**
     * Starts from what the journal holds.
     *
     * @param history of the journal
     * @param settled hears of every part once it is final
     */
    public EpochSubmitter(
            SubmitContext context, SubmissionHistory history, Consumer<SettlementRecord> settled) {
        this.chain = context.chain();
        this.signer = context.signer();
        this.options = context.options();
        this.clock = new SteadyClock(context.clock());
        this.metrics = context.metrics();
        this.history = history;
        this.settled = settled;
        this.nonces = new NonceTracker(history.nonceFloor(signer.address()));
        this.sender = new PartSender(context, nonces, clock);
        this.view = new ChainView(chain, history.finalBlock());
        this.guard = new StartGuard(context, history, view);
    }

    /**
     * Takes the next part of the log. One that is known already is ignored.
     *
     * @param sealedMillis when it came into the log, wall clock
     * @throws SettlementHaltedException if it does not continue the part before it
     */
    public void add(SealedPart part, long sealedMillis) throws SettlementHaltedException {
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
                    ("epoch log: epoch %d part %d continues header %s but the part before it is %s;"
                                    + " two jobs wrote the log, or an older savepoint was restored:"
                                    + " stop the other job, or restore the newest savepoint")
                            .formatted(
                                    part.header().epoch(),
                                    part.header().part(),
                                    part.header().previousHeader(),
                                    before));
        }
        window.add(
                new TrackedPart(
                        part,
                        history.attempts(part.hash()),
                        signer.address(),
                        new TrackedPart.TrackTimes(sealedMillis, clock.millis())));
        view.requireBlock(part.header().l2Block()); // its cut saw that block
        publishMetrics();
    }

    /**
     * Polls the chain once and does what follows from it.
     *
     * @return milliseconds until the next poll is due, or {@link #IDLE}
     * @throws SettlementHaltedException if going on would be a guess
     */
    public long step() throws SettlementHaltedException {
        try {
            if (!guarded) {
                guard.check();
                balanceReadMillis = clock.millis();
                guarded = true;
            }
            boolean waits = !window.isEmpty() && poll();
            metrics.waits(waits);
            if (failures > 0) {
                LOG.info("the L2 node answers again after {} failures", failures);
                failures = 0;
            }
            return window.isEmpty() ? IDLE : options.pollMillis();
        } catch (RpcException e) {
            return backOff(e);
        } catch (SettlementHaltedException e) {
            metrics.halted();
            throw e;
        }
    }

    private long backOff(RpcException e) {
        metrics.rpcFailed();
        metrics.waits(true);
        if (failures == 0) {
            LOG.warn("settlement waits, {} parts unsettled: {}", window.size(), e.getMessage());
        }
        failures++;
        return e.waitMillis(options.pollMillis(), failures, options.maxBackoffMillis());
    }

    /** Returns whether nothing can be done for now. */
    private boolean poll() throws RpcException, SettlementHaltedException {
        view.refresh();
        readBalance();
        int held = heldByVault();
        if (held < 0) {
            return true;
        }
        doubted = false;
        if (!locate(held)) {
            return false;
        }
        finalise(held);
        TrackedPart missing = firstMissing();
        return missing != null && sender.advance(missing, view.latest());
    }

    private void readBalance() throws RpcException {
        if (clock.millis() - balanceReadMillis >= BALANCE_MILLIS) {
            BigInteger balanceWei = chain.balanceWei(signer.address());
            metrics.balance(balanceWei, options.lowBalanceWei());
            balanceReadMillis = clock.millis();
        }
    }

    /**
     * How many parts of the window, from its front, the vault holds; -1 if it is too far behind to
     * tell yet. The parts continue each other, so holding one means holding those before it.
     */
    private int heldByVault() throws RpcException, SettlementHaltedException {
        VaultHead head = chain.head(view.latest());
        TrackedPart first = window.get(0);
        if (head.header().equals(first.part.header().previousHeader())) {
            behindSinceMillis = 0;
            return view.isVoid(first, head) ? -1 : 0;
        }
        int held = 0;
        for (TrackedPart tracked : window) {
            if (tracked.part.hash().equals(head.header())) {
                behindSinceMillis = 0;
                held++;
                return held < window.size() && view.isVoid(window.get(held), head) ? -1 : held;
            }
            held++;
        }
        return heldByAdvancedVault(head);
    }

    /** The vault's head is none of the window's: each part has to be asked for. */
    private int heldByAdvancedVault(VaultHead head) throws RpcException, SettlementHaltedException {
        TrackedPart first = window.get(0);
        int held = 0;
        for (TrackedPart tracked : window) {
            EpochHeader header = tracked.part.header();
            if (head.isBefore(header.epoch(), header.part())) {
                break;
            }
            if (!headerIn(tracked, view.latest()).equals(tracked.part.hash())) {
                haltIfFinal(tracked);
                return -1;
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

    private String headerIn(TrackedPart tracked, L2Block at) throws RpcException {
        return chain.headerOf(tracked.part.header().epoch(), tracked.part.header().part(), at);
    }

    /** Another header in the vault: while it is not final it is only a reason to wait. */
    private void haltIfFinal(TrackedPart tracked) throws RpcException, SettlementHaltedException {
        EpochHeader header = tracked.part.header();
        String inVault = headerIn(tracked, view.finalBlock());
        VaultHead head = chain.head(view.finalBlock());
        if (inVault.equals(tracked.part.hash()) || head.isBefore(header.epoch(), header.part())) {
            if (!doubted) {
                LOG.warn(
                        "{} waits: the vault has another header there, not final yet",
                        tracked.name());
                doubted = true;
            }
            return;
        }
        throw new SettlementHaltedException(
                Reason.DIVERGED,
                ("%s is not what the vault settled: it has %s there and stands at epoch %d part %d"
                                + " (%s); revoke the SETTLER_ROLE of whoever holds the settler's"
                                + " key, or restore the topics if they are of an older copy")
                        .formatted(
                                tracked.name(), inVault, head.epoch(), head.part(), head.header()));
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
                    ("%s continues header %s but the vault is at epoch %d part %d"
                                    + " (%s); check the vault's address, or read the epoch log from"
                                    + " its beginning")
                            .formatted(
                                    first.name(),
                                    first.part.header().previousHeader(),
                                    head.epoch(),
                                    head.part(),
                                    head.header()));
        }
    }

    /**
     * Finds where each held part was settled; what is not held is nowhere (again). False if one is
     * held and not found: a node may show the vault's state a block ahead of its logs, or run a
     * call on a newer block than it was asked for, so that is no fault unless it lasts.
     */
    private boolean locate(int held) throws RpcException {
        for (int i = 0; i < window.size(); i++) {
            TrackedPart tracked = window.get(i);
            if (i >= held) {
                tracked.settledIn = null;
            } else if (tracked.settledIn == null) {
                LogEntry event = chain.settled(tracked.part, view.latest().number()).orElse(null);
                if (event == null) {
                    requireUnloggedForShort(tracked);
                    return false;
                }
                tracked.unloggedSinceMillis = 0;
                tracked.settledIn = event;
                for (SettlementRecord attempt : tracked.attempts) {
                    if (attempt.transaction().equals(event.transaction())) {
                        nonces.mined(attempt.nonce());
                    }
                }
            }
        }
        return true;
    }

    private void requireUnloggedForShort(TrackedPart tracked) throws RpcException {
        long now = clock.millis();
        if (tracked.unloggedSinceMillis == 0) {
            tracked.unloggedSinceMillis = now;
        }
        if (now - tracked.unloggedSinceMillis >= options.republishMillis()) {
            throw RpcException.invalid(
                    "eth_getLogs", tracked.name() + " is in the vault but not in its logs");
        }
    }

    /**
     * Reports the held parts that are final, in order, and lets go of them. The proof is the
     * vault's own state at the final block, asked for by that block's hash; event and receipt only
     * tell where it happened, and must agree.
     */
    private void finalise(int held) throws RpcException, SettlementHaltedException {
        for (int left = held; left > 0; left--) {
            TrackedPart tracked = window.get(0);
            LogEntry event = requireNonNull(tracked.settledIn, "settledIn is null");
            if (event.block() > view.finalBlock().number()) {
                return;
            }
            if (!headerIn(tracked, view.finalBlock()).equals(tracked.part.hash())
                    || !chain.block(event.block()).hash().equals(event.blockHash())) {
                tracked.settledIn = null; // moved to another block: look for it again
                return;
            }
            TransactionOutcome outcome = chain.outcome(event.transaction()).orElse(null);
            if (outcome == null
                    || !outcome.succeeded()
                    || !outcome.blockHash().equals(event.blockHash())) {
                throw RpcException.invalid(
                        "eth_getTransactionReceipt",
                        "%s settled %s but its receipt is off"
                                .formatted(event.transaction(), tracked.name()));
            }
            report(tracked, outcome);
        }
    }

    private void report(TrackedPart tracked, TransactionOutcome outcome)
            throws SettlementHaltedException {
        SettlementRecord entry = history.settled(tracked.part.hash()); // reported before a restart
        if (entry == null || !entry.transaction().equals(outcome.transaction())) {
            boolean maybeReported = entry == null;
            entry = settlement(tracked, outcome);
            if (!maybeReported || !history.isLongFinal(entry)) {
                sender.journal(entry);
            }
        }
        window.remove(0);
        lastFinal = tracked.part.hash();
        metrics.settled(outcome.gasUsed(), outcome.feeWei());
        publishMetrics();
        LOG.info(
                "{} is final: transaction {}, block {}, {} gas",
                tracked.name(),
                outcome.transaction(),
                outcome.block(),
                outcome.gasUsed());
        settled.accept(entry);
    }

    private SettlementRecord settlement(TrackedPart tracked, TransactionOutcome outcome) {
        if (tracked.attempt(outcome.transaction()) != null) {
            tracked.attempts.stream()
                    .mapToLong(SettlementRecord::nonce)
                    .min()
                    .ifPresent(nonces::settled);
        }
        return tracked.settlement(outcome, clock.millis());
    }

    private @Nullable TrackedPart firstMissing() {
        for (TrackedPart tracked : window) {
            if (tracked.settledIn == null) {
                return tracked;
            }
        }
        return null;
    }

    private void publishMetrics() {
        long nano = 0;
        for (TrackedPart tracked : window) {
            nano = Math.addExact(nano, tracked.part.header().partSumNano());
        }
        metrics.unsettled(window.size(), nano, window.isEmpty() ? 0 : window.get(0).sinceMillis);
    }
}
