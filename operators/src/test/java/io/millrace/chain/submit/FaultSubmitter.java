package io.millrace.chain.submit;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.fee.FeePolicy;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.testing.FaultChain;
import io.millrace.testing.LocalVault;
import io.millrace.testing.ManualClock;
import io.millrace.testing.MemoryJournal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A submitter on a real chain, with virtual time, a durable journal, and a restart. */
final class FaultSubmitter {

    static final long POLL_MILLIS = 1_000;
    static final long REPUBLISH_MILLIS = 2_000;
    static final long BUMP_MILLIS = 6_000;
    static final long MAX_BACKOFF_MILLIS = 4_000;
    static final FeePolicy FEES = MarketFeePolicy.DEFAULT;

    final MemoryJournal journal = new MemoryJournal();
    final ManualClock clock = new ManualClock(1_700_000_000_000L);
    final List<SettlementRecord> settled = new ArrayList<>();

    private final FaultChain chain;
    private final List<SealedPart> log;
    private Signer signer = LocalVault.SETTLER;
    private FeePolicy fees = FEES;
    private VaultIdentity identity;
    private long timeoutMillis = 5_000;
    SubmitMetrics metrics = new SubmitMetrics();
    private int read;
    private EpochSubmitter submitter;

    /** Of the epochs in {@code log}, which it is not given yet. */
    FaultSubmitter(FaultChain chain, List<SealedPart> log) {
        this.chain = chain;
        this.log = log;
        this.identity = chain.identity();
        this.submitter = open();
    }

    FaultSubmitter with(FeePolicy policy) {
        fees = policy;
        submitter = open();
        return this;
    }

    FaultSubmitter with(Signer other) {
        signer = other;
        submitter = open();
        return this;
    }

    FaultSubmitter expecting(VaultIdentity other) {
        identity = other;
        submitter = open();
        return this;
    }

    FaultSubmitter waitingFor(long millis) {
        timeoutMillis = millis;
        submitter = open();
        return this;
    }

    /** Hands it the log up to the {@code count}th epoch, as far as this process has not read it. */
    FaultSubmitter add(int count) throws SettlementHaltedException {
        while (read < count) {
            submitter.add(log.get(read++), clock.millis());
        }
        return this;
    }

    /** The process is gone; a new one has the journal and the first {@code count} epochs. */
    void restart(int count) throws SettlementHaltedException {
        metrics = new SubmitMetrics();
        submitter = open();
        add(count);
    }

    /** One poll, then the time until the next is due passes. */
    long step() throws SettlementHaltedException {
        long wait = submitter.step();
        clock.advance(wait == EpochSubmitter.IDLE ? options().pollMillis() : wait);
        return wait;
    }

    /** Polls until the virtual time has passed. */
    void run(long millis) throws SettlementHaltedException {
        long end = clock.millis() + millis;
        while (clock.millis() < end) {
            step();
        }
    }

    /** Polls and blocks in turn until every epoch is final. */
    void settleAll() throws Exception {
        for (int i = 0; i < 200; i++) {
            if (step() == EpochSubmitter.IDLE) {
                return;
            }
            chain.mine(1);
        }
        throw new AssertionError(
                metrics.unsettledParts() + " parts are not final after 200 polls and blocks");
    }

    /** Signed attempts of the journal, in order. */
    List<SettlementRecord> signed() {
        return journal.readAll().stream()
                .filter(entry -> entry.state() == SettlementRecord.State.SIGNED)
                .toList();
    }

    SubmitOptions options() {
        return new SubmitOptions(
                identity,
                POLL_MILLIS,
                REPUBLISH_MILLIS,
                BUMP_MILLIS,
                MAX_BACKOFF_MILLIS,
                SubmitOptions.MAX_TRANSACTION_GAS,
                100,
                SubmitOptions.LOW_BALANCE_WEI,
                fees);
    }

    private EpochSubmitter open() {
        read = 0;
        SealedPart newest = log.get(log.size() - 1);
        SubmitContext context =
                new SubmitContext(
                        JsonRpcVaultClient.over(chain.connection(timeoutMillis)).open(),
                        signer,
                        journal,
                        () -> Optional.of(newest),
                        options(),
                        clock,
                        metrics);
        return new EpochSubmitter(context, journal.readAll(), settled::add);
    }
}
