package io.millrace.watch.act.send;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.JsonRpc.RefusedException;
import io.millrace.watch.act.send.Outcome.State;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.crypto.Hash;
import org.web3j.crypto.RawTransaction;
import org.web3j.utils.Numeric;

/**
 * Sends what is wished, each wish once for ever by its id, and sees it into a final block: sent
 * again while no block has it, replaced by a dearer one when it is stuck, never past the limits.
 * What happened is read from blocks only. {@link #step} once a second. One thread.
 */
public final class TransactionSender implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionSender.class);

    private final JsonRpc rpc;
    private final GasKey key;
    private final long chainId;
    private final SendLimits limits;
    private final Clock clock;
    private final SendJournal journal;
    private final SendBudget budget;

    /** When each was handed to the node last, and what the newest blocks say of it. */
    private final Map<String, Long> published = new HashMap<>();

    private final Map<String, Outcome> mined = new HashMap<>();

    private TransactionSender(
            JsonRpc rpc,
            GasKey key,
            long chainId,
            SendLimits limits,
            Clock clock,
            SendJournal journal) {
        this.rpc = rpc;
        this.key = key;
        this.chainId = chainId;
        this.limits = limits;
        this.clock = clock;
        this.journal = journal;
        budget = new SendBudget(journal, mined, limits, key.address());
    }

    /**
     * Goes on where the journal ends.
     *
     * @throws IOException if the node does not answer, or the journal is not this key's
     */
    public static TransactionSender open(
            Path journal, GasKey key, JsonRpc rpc, SendLimits limits, Clock clock)
            throws IOException {
        long chainId = quantity(rpc.call("eth_chainId")).longValueExact();
        String owner = "chain " + chainId + " key " + key.address();
        return new TransactionSender(
                rpc, key, chainId, limits, clock, new SendJournal(journal, owner, clock.millis()));
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
            gas =
                    quantity(rpc.callOnce("eth_estimateGas", call(to, calldata, valueWei)))
                            .longValueExact();
        } catch (RefusedException e) {
            return Outcome.unsent(State.REFUSED, Reverts.reason(String.valueOf(e.getMessage())));
        }
        long gasLimit = gas + gas / 4; // what it needs can rise until it is in a block
        if (gasLimit > limits.maxGas()) {
            return Outcome.unsent(
                    State.REFUSED,
                    "it needs %d gas, above the limit of %d".formatted(gas, limits.maxGas()));
        }
        Fees fees = market();
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
        return BigInteger.valueOf(market().maxFeePerGasWei());
    }

    /** What the key has for gas. */
    public BigInteger balanceWei() throws IOException {
        return quantity(rpc.call("eth_getBalance", key.address(), "latest"));
    }

    /** Looks what blocks say of all that is under way, and helps what is stuck. */
    public void step() throws IOException {
        if (journal.open().isEmpty()) {
            return;
        }
        long count = count("latest");
        long finalBlock =
                quantity(rpc.call("eth_getBlockByNumber", "finalized", false).path("number"))
                        .longValueExact();
        long finalCount = count("finalized");
        for (List<Sent> sents : List.copyOf(journal.open().values())) {
            Sent last = sents.get(sents.size() - 1);
            Outcome before = mined.get(last.id());
            if (before != null && before.block() > finalBlock && last.nonce() < count) {
                continue; // looked at again when its block is final: there may be thousands
            }
            Optional<Outcome> seen = last.nonce() < count ? receipt(sents) : Optional.empty();
            if (seen.isPresent()) {
                settled(last, seen.get(), finalBlock);
            } else if (last.nonce() < finalCount) {
                lost(last);
            } else {
                mined.remove(last.id());
                push(last);
            }
        }
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

    private Optional<Outcome> receipt(List<Sent> sents) throws IOException {
        for (Sent sent : sents) {
            Optional<JsonNode> found = rpc.find("eth_getTransactionReceipt", sent.hash());
            if (found.isPresent()) {
                JsonNode receipt = found.get();
                BigInteger gas = quantity(receipt.path("gasUsed"));
                BigInteger fee =
                        gas.multiply(quantity(receipt.path("effectiveGasPrice")))
                                .add(
                                        receipt.hasNonNull("l1Fee")
                                                ? quantity(receipt.get("l1Fee"))
                                                : BigInteger.ZERO);
                boolean ok = quantity(receipt.path("status")).signum() != 0;
                return Optional.of(
                        new Outcome(
                                ok ? State.DONE : State.REVERTED,
                                sent.hash(),
                                quantity(receipt.path("blockNumber")).longValueExact(),
                                gas.longValueExact(),
                                fee,
                                false,
                                ""));
            }
        }
        return Optional.empty();
    }

    /** Sends again what no block has, or something dearer. */
    private void push(Sent last) throws IOException {
        long now = clock.millis();
        if (now - last.millis() >= limits.replaceAfter().toMillis()) {
            Optional<Fees> dearer = last.fees().raised(market(), limits);
            if (dearer.isPresent()) {
                Sent next =
                        sign(
                                last.id(),
                                last.nonce(),
                                last.to(),
                                last.calldata(),
                                last.gasLimit(),
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

    /** No answer says what became of it: blocks do. */
    private void publish(Sent sent) {
        published.put(sent.id(), clock.millis());
        try {
            rpc.callOnce("eth_sendRawTransaction", sent.raw());
        } catch (IOException e) {
            LOG.debug("{} was not taken, it is sent again: {}", sent.id(), e.getMessage());
        }
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

    private Fees market() throws IOException {
        JsonNode block = rpc.call("eth_getBlockByNumber", "latest", false);
        long baseFee = quantity(block.path("baseFeePerGas")).longValueExact();
        long tip;
        try {
            tip = quantity(rpc.callOnce("eth_maxPriorityFeePerGas")).longValueExact();
        } catch (RefusedException e) {
            tip = 1; // not every node suggests one
        }
        return Fees.initial(baseFee, tip, limits);
    }

    private long nextNonce() throws IOException {
        long next = count("latest");
        for (List<Sent> sents : journal.open().values()) {
            next = Math.max(next, sents.get(0).nonce() + 1);
        }
        return next;
    }

    private long count(String block) throws IOException {
        return quantity(rpc.call("eth_getTransactionCount", key.address(), block)).longValueExact();
    }

    private Map<String, Object> call(String to, String calldata, BigInteger valueWei) {
        return Map.of(
                "from",
                key.address(),
                "to",
                to,
                "data",
                calldata,
                "value",
                Numeric.encodeQuantity(valueWei));
    }

    private static BigInteger quantity(JsonNode number) {
        return Numeric.decodeQuantity(number.asText());
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
