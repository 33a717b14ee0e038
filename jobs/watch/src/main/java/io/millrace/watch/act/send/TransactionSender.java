package io.millrace.watch.act.send;

import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.JsonRpc.RefusedException;
import io.millrace.watch.act.send.Outcome.State;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.crypto.Hash;
import org.web3j.crypto.RawTransaction;

/**
 * Sends what is wished, each wish once for ever by its id, and sees it into a final block: sent
 * again while no block has it, replaced by a dearer one when it is stuck, never past the limits.
 * What happened is read from blocks only. {@link #step} once a second. One thread.
 */
public final class TransactionSender implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionSender.class);

    private final SenderNode node;
    private final GasKey key;
    private final long chainId;
    private final SendLimits limits;
    private final Clock clock;
    private final SendJournal journal;
    private final SendBudget budget;

    /** When each was handed to the node last, and what the newest blocks say of it. */
    private final Map<String, Long> published = new HashMap<>();

    private final Map<String, Outcome> mined = new HashMap<>();
    private long gapSinceMillis;

    private TransactionSender(
            SenderNode node,
            GasKey key,
            long chainId,
            SendLimits limits,
            Clock clock,
            SendJournal journal) {
        this.node = node;
        this.key = key;
        this.chainId = chainId;
        this.limits = limits;
        this.clock = clock;
        this.journal = journal;
        budget = new SendBudget(journal, mined, limits, key.address());
        gapSinceMillis = clock.millis();
    }

    /**
     * Goes on where the journal ends.
     *
     * @param finality of blocks
     * @throws IOException if the node does not answer, or the journal is not this key's
     */
    public static TransactionSender open(
            Path journal,
            GasKey key,
            JsonRpc rpc,
            FinalBlock finality,
            SendLimits limits,
            Clock clock)
            throws IOException {
        long chainId = JsonRpc.quantity(rpc.call("eth_chainId")).longValueExact();
        String owner = "chain " + chainId + " key " + key.address();
        return new TransactionSender(
                new SenderNode(rpc, key.address(), finality),
                key,
                chainId,
                limits,
                clock,
                new SendJournal(journal, owner, clock.millis()));
    }

    /** Who sends. */
    public String address() {
        return key.address();
    }

    /**
     * Sends, unless it was before: then tells what became of that.
     *
     * @param id of the wish, the same whenever it is wished again
     * @param to contract
     * @param valueWei that goes along
     * @throws IOException if the node does not answer: nothing is known then, wish it again
     */
    public Outcome submit(String id, String to, String calldata, BigInteger valueWei)
            throws IOException {
        Optional<Outcome> known = outcome(id);
        if (known.isPresent()) {
            return known.get();
        }
        long gas;
        try {
            gas = node.estimate(to, calldata, valueWei);
        } catch (RefusedException e) {
            return Outcome.unsent(State.REFUSED, Reverts.reason(e));
        }
        long gasLimit = withRoom(gas);
        if (gasLimit > limits.maxGas()) {
            return Outcome.unsent(
                    State.TOO_LARGE,
                    "it needs %d gas, above the limit of %d".formatted(gas, limits.maxGas()));
        }
        Fees fees = node.market(limits);
        String over = budget.refusal(gasLimit, fees, valueWei, balanceWei(), clock.millis());
        if (!over.isEmpty()) {
            return Outcome.unsent(State.OVER_BUDGET, over);
        }
        Sent sent = sign(id, nextNonce(), to, calldata, gasLimit, fees, valueWei);
        journal.append(sent);
        publish(sent);
        return Outcome.pending(sent.hash());
    }

    /** What is known of a wish, empty if it may be wished. */
    public Optional<Outcome> outcome(String id) {
        Ended end = journal.ended().get(id);
        List<Sent> sents = journal.open().get(id);
        if (sents != null) {
            Outcome seen = mined.get(id);
            return Optional.of(
                    seen != null ? seen : Outcome.pending(sents.get(sents.size() - 1).hash()));
        }
        if (end == null || end.lost()) {
            return Optional.empty();
        }
        return Optional.of(
                new Outcome(
                        end.ok() ? State.DONE : State.REVERTED,
                        end.hash(),
                        end.block(),
                        end.gasUsed(),
                        end.feeWei(),
                        true,
                        ""));
    }

    /** Sent and in no final block. */
    public int underWay() {
        return journal.open().size();
    }

    /** Sent and in no block. */
    public int inNoBlock() {
        return journal.open().size() - mined.size();
    }

    /** Gas money spent in a day, the worst case of what is in no block counted. */
    public BigInteger spentWei() {
        return budget.spentWei(clock.millis());
    }

    /** What would be offered for a unit of gas now. */
    public BigInteger offerWei() throws IOException {
        return BigInteger.valueOf(node.market(limits).maxFeePerGasWei());
    }

    /** What the key has for gas. */
    public BigInteger balanceWei() throws IOException {
        return node.balanceWei();
    }

    /**
     * Somebody has seen that what was done is not done: blocks are asked again at the next {@link
     * #step}.
     */
    public void doubt(String id) {
        mined.remove(id);
    }

    /** Looks what blocks say of all that is under way, and helps what is stuck. */
    public void step() throws IOException {
        if (journal.open().isEmpty()) {
            gapSinceMillis = clock.millis();
            return;
        }
        long count = node.count();
        long finalBlock = node.finalBlock();
        long finalCount = node.countAt(finalBlock);
        if (isGap(count)) {
            return;
        }
        List<Sent> inNoBlock = new ArrayList<>();
        for (List<Sent> sents : List.copyOf(journal.open().values())) {
            Sent last = sents.get(sents.size() - 1);
            Outcome before = mined.get(last.id());
            if (before != null && before.block() > finalBlock && last.nonce() < count) {
                continue; // looked at again when its block is final: there may be thousands
            }
            Optional<Outcome> seen = last.nonce() < count ? node.receipt(sents) : Optional.empty();
            if (seen.isPresent()) {
                settled(last, seen.get(), finalBlock);
            } else if (last.nonce() < finalCount) {
                lost(last);
            } else {
                mined.remove(last.id());
                if (last.nonce() >= count) { // else a receipt is to come
                    inNoBlock.add(last);
                }
            }
        }
        // One at which the node hangs ends the round, and comes last in the next.
        inNoBlock.sort(Comparator.comparing(sent -> published.getOrDefault(sent.id(), 0L)));
        for (Sent sent : inNoBlock) {
            push(sent);
        }
    }

    /**
     * All nonces below those under way were in final blocks. If the node lacks them for a while all
     * the same, its chain began again from an older state: what is under way can be in no block
     * ever, and is to be wished anew.
     */
    private boolean isGap(long count) throws IOException {
        List<Sent> all = journal.open().values().stream().map(sents -> sents.get(0)).toList();
        long lowest = all.stream().mapToLong(Sent::nonce).min().orElse(0);
        long now = clock.millis();
        if (count >= lowest) {
            gapSinceMillis = now;
            return false;
        }
        if (now - gapSinceMillis < limits.replaceAfter().toMillis()) {
            return false;
        }
        LOG.error(
                "the node's blocks have {} transactions of {}, and {} were final: its chain was set"
                        + " back, or it is far behind; what is under way is wished anew",
                count,
                key.address(),
                lowest);
        for (Sent sent : all) {
            end(sent);
        }
        return true;
    }

    private void settled(Sent sent, Outcome seen, long finalBlock) throws IOException {
        boolean isNew = mined.put(sent.id(), seen) == null;
        if (isNew && seen.state() == State.REVERTED) {
            LOG.warn("{} was reverted in transaction {}", sent.id(), seen.hash());
        }
        if (seen.block() <= finalBlock) {
            journal.append(
                    new Ended(
                            sent.id(),
                            seen.hash(),
                            seen.state() == State.DONE,
                            false,
                            seen.block(),
                            seen.gasUsed(),
                            seen.feeWei(),
                            sent.valueWei(),
                            clock.millis()));
            forget(sent.id());
        }
    }

    private void lost(Sent sent) throws IOException {
        LOG.warn(
                "nonce {} of {} went to a transaction of another sender; one key has one sender",
                sent.nonce(),
                key.address());
        end(sent);
    }

    private void end(Sent sent) throws IOException {
        journal.append(
                new Ended(
                        sent.id(),
                        sent.hash(),
                        false,
                        true,
                        0,
                        0,
                        BigInteger.ZERO,
                        BigInteger.ZERO,
                        clock.millis()));
        forget(sent.id());
    }

    private void forget(String id) {
        mined.remove(id);
        published.remove(id);
    }

    /** Sends again what no block has, or something dearer. */
    private void push(Sent last) throws IOException {
        long now = clock.millis();
        if (now - last.millis() >= limits.replaceAfter().toMillis()) {
            Optional<Fees> dearer = last.fees().raised(node.market(limits), limits);
            if (dearer.isPresent()) {
                Sent next =
                        sign(
                                last.id(),
                                last.nonce(),
                                last.to(),
                                last.calldata(),
                                gasLimit(last),
                                dearer.get(),
                                last.valueWei());
                journal.append(next);
                publish(next);
                return;
            }
            LOG.warn(
                    "{} is stuck at {} wei a gas, which is the limit; raise it or wait for the"
                            + " market",
                    last.id(),
                    last.maxFeePerGasWei());
        }
        Long before = published.get(last.id());
        if (before == null || now - before >= limits.republishAfter().toMillis()) {
            publish(last);
        }
    }

    /** What it needs can have risen above what it offered, and then no block would have it ever. */
    private long gasLimit(Sent last) throws IOException {
        try {
            long needed = withRoom(node.estimate(last.to(), last.calldata(), last.valueWei()));
            return Math.max(last.gasLimit(), Math.min(needed, limits.maxGas()));
        } catch (RefusedException e) {
            return last.gasLimit(); // it would revert, and those behind it wait for its nonce
        }
    }

    private static long withRoom(long gas) {
        return gas + gas / 4; // what it needs can rise until it is in a block
    }

    private void publish(Sent sent) throws IOException {
        published.put(sent.id(), clock.millis());
        node.publish(sent);
    }

    private Sent sign(
            String id,
            long nonce,
            String to,
            String calldata,
            long gasLimit,
            Fees fees,
            BigInteger valueWei) {
        String raw =
                key.sign(
                        RawTransaction.createTransaction(
                                chainId,
                                BigInteger.valueOf(nonce),
                                BigInteger.valueOf(gasLimit),
                                to,
                                valueWei,
                                calldata,
                                BigInteger.valueOf(fees.tipWei()),
                                BigInteger.valueOf(fees.maxFeePerGasWei())));
        return new Sent(
                id,
                nonce,
                Hash.sha3(raw),
                raw,
                to,
                calldata,
                gasLimit,
                fees.maxFeePerGasWei(),
                fees.tipWei(),
                valueWei,
                clock.millis());
    }

    private long nextNonce() throws IOException {
        long next = node.count();
        for (List<Sent> sents : journal.open().values()) {
            next = Math.max(next, sents.get(0).nonce() + 1);
        }
        return next;
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
