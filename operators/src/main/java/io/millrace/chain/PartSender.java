package io.millrace.chain;

import io.millrace.chain.SettlementHaltedException.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the one part that the vault waits for: simulates, signs, journals, sends, re-publishes,
 * replaces. All attempts for a part are one logical transaction: each is watched, none is given up,
 * and whichever is mined settles the part. Submitter's thread only.
 */
final class PartSender {

    private static final Logger LOG = LoggerFactory.getLogger(PartSender.class);

    private final VaultClient chain;
    private final Signer signer;
    private final SubmissionJournal journal;
    private final NonceTracker nonces;
    private final SubmitOptions options;
    private final Clock clock;
    private final SubmitMetrics metrics;

    /** Reverted attempts that were explained, so that a new one may take their place. */
    private final Set<String> explained = new HashSet<>();

    private String lastWarning = "";

    PartSender(
            VaultClient chain,
            Signer signer,
            SubmissionJournal journal,
            NonceTracker nonces,
            SubmitOptions options,
            Clock clock,
            SubmitMetrics metrics) {
        this.chain = chain;
        this.signer = signer;
        this.journal = journal;
        this.nonces = nonces;
        this.options = options;
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * Refuses to begin on the wrong chain, without a vault, or with a signer that cannot settle.
     */
    void guard() throws RpcException, SettlementHaltedException {
        long chainId = chain.chainId();
        if (chainId != options.chainId()) {
            throw new SettlementHaltedException(
                    Reason.WRONG_CHAIN,
                    "the L2 node follows chain "
                            + chainId
                            + " but chain "
                            + options.chainId()
                            + " is configured; correct the endpoint or the chain id");
        }
        if (!chain.vaultHasCode()) {
            throw new SettlementHaltedException(
                    Reason.WRONG_CHAIN,
                    "there is no contract at the vault's address "
                            + chain.vault()
                            + " on chain "
                            + chainId
                            + "; correct the address, or deploy the vault");
        }
        if (!chain.isSettler(signer.address())) {
            throw new SettlementHaltedException(
                    Reason.SIGNER_UNFIT,
                    "signer "
                            + signer.address()
                            + " does not have SETTLER_ROLE of vault "
                            + chain.vault()
                            + "; grant it, or configure the settler's key");
        }
        BigInteger balanceWei = chain.balanceWei(signer.address());
        if (balanceWei.signum() == 0) {
            throw new SettlementHaltedException(
                    Reason.SIGNER_UNFIT,
                    "signer "
                            + signer.address()
                            + " has 0 wei on chain "
                            + chainId
                            + " and cannot pay for gas; send it native currency");
        }
        LOG.info(
                "settling into vault {} as {}, {} wei",
                chain.vault(),
                signer.address(),
                balanceWei);
    }

    /**
     * Does what is due for the part that the vault waits for; {@code latest} is the block the vault
     * was read at. Returns whether nothing can be done for now.
     */
    boolean advance(TrackedPart it, L2Block latest) throws RpcException, SettlementHaltedException {
        SendOutcome outcome = outcomeOf(it);
        if (!(outcome instanceof SendOutcome.Replaced)) {
            it.replacedSinceMillis = 0;
        }
        if (outcome instanceof SendOutcome.NotSigned) {
            return signAnew(it, latest);
        } else if (outcome instanceof SendOutcome.Unknown) {
            keepAlive(it, latest);
            return false;
        } else if (outcome instanceof SendOutcome.Mined) {
            return false; // the next look reads the vault at a newer block
        } else if (outcome instanceof SendOutcome.Reverted reverted) {
            return explain(it, reverted.outcome(), latest);
        } else if (outcome instanceof SendOutcome.Replaced replaced) {
            return replaceAfterAWhile(it, replaced.chainCount(), latest);
        }
        throw new IllegalStateException("no branch for " + outcome);
    }

    private SendOutcome outcomeOf(TrackedPart it) throws RpcException {
        boolean live = false;
        long nonce = -1;
        for (SettlementRecord attempt : it.attempts) {
            if (explained.contains(attempt.transaction())) {
                continue;
            }
            live = true;
            nonce = Math.max(nonce, attempt.nonce());
            Optional<TransactionOutcome> mined = chain.outcome(attempt.transaction());
            if (mined.isPresent()) {
                return mined.get().succeeded()
                        ? new SendOutcome.Mined()
                        : new SendOutcome.Reverted(mined.get());
            }
        }
        if (!live) {
            return new SendOutcome.NotSigned();
        }
        long chainCount = chain.nonce(signer.address());
        return chainCount > nonce
                ? new SendOutcome.Replaced(chainCount)
                : new SendOutcome.Unknown();
    }

    private boolean signAnew(TrackedPart it, L2Block latest)
            throws RpcException, SettlementHaltedException {
        String calldata = VaultAbi.settle(it.part);
        long gas;
        try {
            chain.simulate(signer.address(), calldata, latest);
            gas = chain.estimateGas(signer.address(), calldata);
        } catch (RpcException e) {
            if (!e.isRevert()) {
                throw e;
            }
            return haltUnlessTransient(it, RevertReason.decode(e.data()), "would revert");
        }
        // A quarter more than estimated: the block it lands in is another one.
        long gasLimit = Math.min(options.maxGas(), Math.addExact(gas, gas / 4));
        Fees fees = options.fees().initial(latest.baseFeeWei(), chain.tipWei());
        long nonce = nonces.next(chain.nonce(signer.address()));
        sign(it, nonce, gasLimit, calldata, fees);
        publish(it);
        return false;
    }

    /** The attempts may be waiting, evicted, or never have arrived: all call for the same bytes. */
    private void keepAlive(TrackedPart it, L2Block latest)
            throws RpcException, SettlementHaltedException {
        long now = clock.millis();
        if (now - it.signedMillis >= options.bumpMillis()) {
            SettlementRecord old = it.newest();
            Fees oldFees = new Fees(old.maxFeePerGasWei(), old.maxPriorityFeePerGasWei());
            Optional<Fees> fees = options.fees().bump(oldFees, latest.baseFeeWei(), chain.tipWei());
            if (fees.isPresent()) {
                long gasLimit = SignedTransaction.gasLimit(old.raw());
                sign(it, old.nonce(), gasLimit, VaultAbi.settle(it.part), fees.get());
                metrics.bumped();
                publish(it);
                return;
            }
            metrics.capped();
            warn(
                    it.name()
                            + " is stuck at "
                            + oldFees.maxFeePerGasWei()
                            + " wei a gas, a dearer replacement is over the limit: raise it, or"
                            + " wait for the market");
        }
        if (now - it.publishedMillis >= options.republishMillis()) {
            publish(it);
        }
    }

    /** Ours is in a block and failed: the reason decides. */
    private boolean explain(TrackedPart it, TransactionOutcome outcome, L2Block latest)
            throws RpcException, SettlementHaltedException {
        try {
            chain.simulate(signer.address(), VaultAbi.settle(it.part), latest);
        } catch (RpcException e) {
            if (!e.isRevert()) {
                throw e;
            }
            return haltUnlessTransient(
                    it,
                    RevertReason.decode(e.data()),
                    "was reverted in transaction " + outcome.transaction());
        }
        // It would pass now: it met a pause, or ran out of gas. Its nonce is used up.
        warn(
                it.name()
                        + " was reverted in transaction "
                        + outcome.transaction()
                        + " ("
                        + outcome.gasUsed()
                        + " gas) but would pass now; signing it anew");
        nonces.mined(it.newest().nonce());
        for (SettlementRecord attempt : it.attempts) {
            explained.add(attempt.transaction());
        }
        return false;
    }

    /**
     * The nonce went to a transaction that is none of ours, or the node forgot ours for a moment.
     * Signing again is safe, the vault takes the header once (M5); it only waits to save gas.
     */
    private boolean replaceAfterAWhile(TrackedPart it, long chainCount, L2Block latest)
            throws RpcException, SettlementHaltedException {
        long now = clock.millis();
        if (it.replacedSinceMillis == 0) {
            it.replacedSinceMillis = now;
            warn(
                    "nonce "
                            + it.newest().nonce()
                            + " of "
                            + signer.address()
                            + " was used by a transaction unknown here (the chain counts "
                            + chainCount
                            + "); keep the settler's key for this job only");
        }
        return now - it.replacedSinceMillis >= options.bumpMillis() && signAnew(it, latest);
    }

    private boolean haltUnlessTransient(TrackedPart it, RevertReason reason, String how)
            throws RpcException, SettlementHaltedException {
        if (reason.error().equals(RevertReason.PAUSED)) {
            warn(it.name() + " waits, the vault is paused: " + reason.text());
            return true;
        }
        EpochHeader header = it.part.header();
        L2Block now = chain.latestBlock();
        boolean settledMeanwhile =
                chain.headerOf(header.epoch(), header.part(), now).equals(it.part.hash());
        boolean headMoved = !chain.head(now).header().equals(header.previousHeader());
        if (settledMeanwhile || headMoved) {
            return false; // the next look compares the vault with the log and names both
        }
        throw new SettlementHaltedException(
                Reason.REVERTED,
                it.name()
                        + " "
                        + how
                        + ": "
                        + reason.text()
                        + "; the epoch log and the vault disagree, run audit before going on");
    }

    private void sign(TrackedPart it, long nonce, long gasLimit, String calldata, Fees fees)
            throws RpcException, SettlementHaltedException {
        SignedTransaction signed;
        try {
            signed =
                    SignedTransaction.sign(
                            new SignedTransaction.Unsigned(
                                    options.chainId(),
                                    nonce,
                                    gasLimit,
                                    chain.vault(),
                                    calldata,
                                    fees),
                            signer);
        } catch (IOException e) {
            throw RpcException.unreachable("signing", "the signer", e);
        }
        SettlementRecord entry =
                new SettlementRecord(
                        SettlementRecord.State.SIGNED,
                        it.part.header().epoch(),
                        it.part.header().part(),
                        it.part.hash(),
                        nonce,
                        signed.hash(),
                        signed.raw(),
                        fees.maxFeePerGasWei(),
                        fees.maxPriorityFeePerGasWei(),
                        0,
                        0,
                        clock.millis());
        journal(entry);
        it.attempts.add(entry);
        it.signedMillis = clock.millis();
        it.replacedSinceMillis = 0;
    }

    /** Appends durably, or halts: what is not certain to be kept must not be sent. */
    void journal(SettlementRecord entry) throws SettlementHaltedException {
        try {
            journal.append(entry);
        } catch (IOException e) {
            throw new SettlementHaltedException(
                    Reason.JOURNAL_LOST,
                    "the journal did not keep the "
                            + entry.state()
                            + " entry of epoch "
                            + entry.epoch()
                            + " part "
                            + entry.part()
                            + ": "
                            + e.getMessage()
                            + "; nothing was sent on its strength, restart when it is writable",
                    e);
        }
    }

    private void publish(TrackedPart it) {
        SettlementRecord newest = it.newest();
        it.publishedMillis = clock.millis();
        metrics.sent();
        try {
            chain.sendRaw(newest.raw());
            LOG.info(
                    "{} sent: transaction {}, nonce {}",
                    it.name(),
                    newest.transaction(),
                    newest.nonce());
        } catch (RpcException e) {
            // M9: whatever the node says or does not say, only the chain tells what became of it.
            metrics.rpcFailed();
            warn(it.name() + " may not have been sent: " + e.getMessage());
        }
    }

    private void warn(String message) {
        if (!message.equals(lastWarning)) {
            LOG.warn("{}", message);
            lastWarning = message;
        }
    }
}
