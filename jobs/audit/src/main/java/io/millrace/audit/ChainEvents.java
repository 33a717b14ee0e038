package io.millrace.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.ChainBooks.Asked;
import io.millrace.audit.ChainBooks.Cancelled;
import io.millrace.audit.ChainBooks.EventFields;
import io.millrace.audit.ChainBooks.Kind;
import io.millrace.audit.ChainBooks.Movement;
import io.millrace.audit.ChainBooks.Posting;
import io.millrace.audit.ChainBooks.Price;
import io.millrace.audit.ChainBooks.Settlement;
import io.millrace.audit.ChainBooks.Voided;
import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.LogRanges;
import io.millrace.audit.read.Progress;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/**
 * The events that move a balance, ask for one or set a price, decoded from logs; and what settle
 * was given.
 */
public final class ChainEvents {

    static final String DEPOSITED = topic("Deposited(uint32,address,address,uint64)");
    static final String ASKED = topic("WithdrawalRequested(uint32,address,uint32,uint64)");
    static final String CANCELLED = topic("WithdrawalCancelled(uint32,address,uint32,uint64)");
    static final String RELEASED = topic("WithdrawalReleased(uint32,address,uint32,uint64)");
    static final String RELEASE_SKIPPED = topic("ReleaseSkipped(uint32,address,uint32,uint64)");
    static final String TAKEN = topic("WithdrawalTaken(uint32,address,address,uint64)");
    static final String ESCAPED = topic("Escaped(uint32,address,uint32,uint64,uint64)");
    static final String EARNINGS_WITHDRAWN =
            topic("EarningsWithdrawn(uint32,address,address,uint64)");
    static final String SLASHED =
            topic("Slashed(address,uint32,address,uint64,uint32,uint64,uint64,uint64,uint64)");
    static final String SLASHED_FOR_EARNER =
            topic(
                    "SlashedForEarner(address,uint32,address,uint64,uint32,uint64,uint64,uint64,uint64)");
    public static final String EPOCH_SETTLED =
            topic("EpochSettled(uint64,uint32,bytes32,uint32,bytes32,uint64,uint64,uint64)");
    static final String EPOCH_VOIDED =
            topic("EpochVoided(uint64,uint32,address,uint32,uint64,uint32)");
    public static final String MODEL_PRICED =
            topic("ModelPriced(bytes32,uint32,uint64,uint16,uint64)");
    public static final String SETTLE =
            topic(
                            "settle((bytes32,uint64,uint32,uint32,bytes32,uint64,uint64,uint8,"
                                + "uint64,bytes32,bytes32,uint64),(uint256[],uint256[],uint256[],"
                                + "uint256[]),uint256[])")
                    .substring(0, 10);
    private static final int HEADER_WORDS = 12;

    private final JsonRpc rpc;
    private final AuditConfig config;
    private final List<Price> prices = new ArrayList<>();
    private final Consumer<Movement> movements;
    private final Progress progress;

    ChainEvents(JsonRpc rpc, AuditConfig config, Consumer<Movement> movements, Progress progress) {
        this.rpc = rpc;
        this.config = config;
        this.movements = movements;
        this.progress = progress;
    }

    /** Reads all events from block {@code first} to {@code block}. */
    void read(long first, long block) throws IOException {
        progress.stage("reading the chain, blocks", block - first + 1);
        LogRanges ranges = new LogRanges(rpc, List.of(config.vault(), config.registry()));
        for (long from = first; from <= block; from = ranges.next()) {
            for (JsonNode log : ranges.logs(from, block)) {
                read(log);
                progress.advance(0);
            }
            progress.step(ranges.next() - from);
        }
    }

    List<Price> prices() {
        return prices;
    }

    private void read(JsonNode log) throws IOException {
        String topic = topicOf(log, 0);
        AbiWords data = AbiWords.of(log.path("data").asText());
        if (log.path("address").asText().equalsIgnoreCase(config.registry())) {
            if (topic.equals(MODEL_PRICED)) {
                prices.add(
                        new Price(
                                topicOf(log, 1),
                                indexed(log, 2),
                                data.uint(0),
                                data.count(1),
                                data.uint(2)));
            }
        } else if (topic.equals(EPOCH_SETTLED)) {
            movements.accept(settlement(log, data));
        } else if (topic.equals(EPOCH_VOIDED)) {
            movements.accept(
                    new Voided(indexed(log, 1), indexed(log, 2), data.count(0), data.uint(1)));
        } else if (topic.equals(DEPOSITED)) {
            move(Kind.DEPOSITED, log, 0, data.uint(0));
        } else if (topic.equals(ASKED)) {
            movements.accept(asked(log, data));
        } else if (topic.equals(CANCELLED)) {
            movements.accept(
                    new Cancelled(indexed(log, 1), indexed(log, 3), data.uint(0), blockOf(log)));
        } else if (topic.equals(RELEASED)) {
            move(Kind.RELEASED, log, indexed(log, 3), data.uint(0));
        } else if (topic.equals(RELEASE_SKIPPED)) {
            move(Kind.RELEASE_SKIPPED, log, indexed(log, 3), data.uint(0));
        } else if (topic.equals(TAKEN)) {
            move(Kind.TAKEN, log, 0, data.uint(1));
        } else if (topic.equals(ESCAPED)) {
            move(Kind.ESCAPED, log, indexed(log, 3), data.uint(1));
            move(Kind.TAKEN, log, 0, data.uint(0));
        } else if (topic.equals(SLASHED)) {
            movements.accept(new Posting(Kind.COMPENSATED, indexed(log, 2), 0, data.uint(3)));
        } else if (topic.equals(SLASHED_FOR_EARNER)) {
            movements.accept(
                    new Posting(Kind.EARNER_COMPENSATED, indexed(log, 2), 0, data.uint(3)));
        } else if (topic.equals(EARNINGS_WITHDRAWN)) {
            move(Kind.EARNINGS_WITHDRAWN, log, 0, data.uint(1));
        }
    }

    private void move(Kind kind, JsonNode log, long request, BigInteger amountNano) {
        movements.accept(new Posting(kind, indexed(log, 1), request, amountNano));
    }

    private Asked asked(JsonNode log, AbiWords data) throws IOException {
        String block = log.path("blockNumber").asText();
        String time = rpc.call("eth_getBlockByNumber", block, false).path("timestamp").asText();
        return new Asked(
                indexed(log, 1),
                indexed(log, 3),
                data.uint(0),
                blockOf(log),
                Numeric.decodeQuantity(time).longValueExact());
    }

    private Settlement settlement(JsonNode log, AbiWords data) throws IOException {
        String transaction = log.path("transactionHash").asText();
        JsonNode mined = rpc.call("eth_getTransactionByHash", transaction);
        String input = mined.path("input").asText();
        if (!mined.path("to").asText().equalsIgnoreCase(config.vault())
                || !input.startsWith(SETTLE)) {
            throw new IOException(
                    ("transaction %s settled an epoch through %s; the audit reads"
                                    + " the calldata of direct calls of settle only")
                            .formatted(transaction, mined.path("to").asText()));
        }
        return new Settlement(
                transaction,
                topicOf(log, 3),
                new EventFields(
                        indexed(log, 1),
                        indexed(log, 2),
                        data.count(0),
                        data.hash(1),
                        data.uint(2),
                        data.count(3),
                        data.uint(4)),
                settleCall(new AbiWords(input.substring(SETTLE.length()))));
    }

    /** The arguments of settle: a static tuple, then offsets of a dynamic one and of an array. */
    public static EpochPart settleCall(AbiWords call) {
        int words = call.pointer(0, HEADER_WORDS);
        int releases = call.pointer(0, HEADER_WORDS + 1);
        return new EpochPart(
                new Header(
                        call.hash(0),
                        call.count(1),
                        call.count(2),
                        call.count(3),
                        call.hash(4),
                        call.uint(5),
                        call.count(6),
                        call.count(7),
                        call.uint(8),
                        call.hash(9),
                        call.hash(10),
                        call.count(11)),
                call.array(call.pointer(words, words)),
                call.array(call.pointer(words, words + 1)),
                call.array(call.pointer(words, words + 2)),
                call.array(call.pointer(words, words + 3)),
                call.array(releases));
    }

    private static long blockOf(JsonNode log) {
        return Numeric.decodeQuantity(log.path("blockNumber").asText()).longValueExact();
    }

    private static long indexed(JsonNode log, int topic) {
        return Numeric.toBigInt(topicOf(log, topic)).longValueExact();
    }

    private static String topicOf(JsonNode log, int index) {
        return log.path("topics").path(index).asText();
    }

    private static String topic(String signature) {
        return Hash.sha3String(signature);
    }
}
