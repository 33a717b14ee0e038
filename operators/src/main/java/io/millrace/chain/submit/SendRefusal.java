package io.millrace.chain.submit;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.rpc.RpcErrorKind;
import io.millrace.chain.rpc.RpcException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a node's refusal of a signed transaction means, and what follows. Which text means what is
 * data: {@code send-errors.tsv}, one row a text, with an example, a near miss and who says it. None
 * of these is an outcome (M9): that is read from blocks only.
 */
enum SendRefusal {
    ALREADY_KNOWN(Reaction.CHAIN_DECIDES, ""),
    NONCE_TOO_LOW(Reaction.CHAIN_DECIDES, ""),
    NONCE_TOO_HIGH(Reaction.CHAIN_DECIDES, ""),
    UNDERPRICED_REPLACEMENT(Reaction.CHAIN_DECIDES, ""),
    POOL_FULL(Reaction.CHAIN_DECIDES, ""),
    NO_ANSWER(Reaction.CHAIN_DECIDES, ""),
    UNKNOWN(Reaction.CHAIN_DECIDES, "; if it goes on, add its text to send-errors.tsv"),
    FEE_TOO_LOW(Reaction.REPRICE, ""),
    REVERTED(Reaction.SIMULATE, ""),
    OUT_OF_FUNDS(Reaction.HOLD, "; send the signer native currency, it is sent again by itself"),
    RATE_LIMITED(Reaction.HOLD, "; raise the provider's limit, or use another endpoint"),
    GAS_TOO_LOW(Reaction.HOLD, "; it is signed with more gas, up to --chain.transaction.max.gas"),
    NOT_ACCEPTED(Reaction.HOLD, "; use an endpoint that takes it, or lower settle.part.max.bytes");

    /** What the sender does next. */
    enum Reaction {
        /** It may be anywhere: it is watched, published again, and replaced when that is due. */
        CHAIN_DECIDES,
        /** A dearer one at once, within the policy. */
        REPRICE,
        /** Asks the vault at a block of our choice; the node may have run it on another. */
        SIMULATE,
        /** A dearer one would fare no better: the same bytes again, until the node takes them. */
        HOLD
    }

    /** A row of the table. */
    record Row(SendRefusal refusal, Pattern text, String example, String nearMiss, String source) {}

    private static final String TABLE = "send-errors.tsv";
    private static final List<Row> ROWS = read();

    private final Reaction reaction;
    private final String remedy;

    SendRefusal(Reaction reaction, String remedy) {
        this.reaction = reaction;
        this.remedy = remedy;
    }

    /** Whether each repetition waits longer than the one before. */
    boolean backsOff() {
        return reaction == Reaction.HOLD || this == UNKNOWN || this == POOL_FULL;
    }

    /**
     * Whether the node says that it has the transaction, or that its nonce is used. After a start
     * or a reorganisation that is what it should say to the same bytes again: no failure.
     */
    boolean saysItIsThere() {
        return this == ALREADY_KNOWN || this == NONCE_TOO_LOW;
    }

    /**
     * Whether the gas limit may be the reason, so that the gas is worth asking for anew. What has
     * no words may be a refusal too, of a provider that answers it with a page of HTML.
     */
    boolean mayBeGas() {
        return this == GAS_TOO_LOW
                || this == NOT_ACCEPTED
                || this == UNKNOWN
                || this == NO_ANSWER
                || this == FEE_TOO_LOW;
    }

    /**
     * Whether more gas may help though no estimate says so.
     *
     * @param noPriceHelps whether the highest price of the policy is offered
     */
    boolean leavesGasOpen(boolean noPriceHelps) {
        return this == UNKNOWN
                || this == NO_ANSWER
                || this == REVERTED
                || (this == FEE_TOO_LOW && noPriceHelps);
    }

    Reaction reaction() {
        return reaction;
    }

    /** What a person can do, to be appended to a message; often nothing. */
    String remedy() {
        return remedy;
    }

    /** Never fails: what no row names is told by its kind. Only the node's own words are read. */
    static SendRefusal of(RpcException e) {
        if (e.isRevert()) {
            return REVERTED;
        }
        String words = e.words();
        for (Row row : ROWS) {
            if (words != null && row.text().matcher(words).find()) {
                return row.refusal();
            }
        }
        return e.kind() == RpcErrorKind.REFUSED ? UNKNOWN : NO_ANSWER;
    }

    static List<Row> rows() {
        return ROWS;
    }

    private static List<Row> read() {
        try (InputStream in =
                        requireNonNull(
                                SendRefusal.class.getResourceAsStream(TABLE),
                                TABLE + " is not beside its class");
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            List<Row> rows = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty() && !line.startsWith("#")) {
                    rows.add(row(line));
                }
            }
            return List.copyOf(rows);
        } catch (IOException e) {
            throw new UncheckedIOException(TABLE + " cannot be read", e);
        }
    }

    private static Row row(String line) {
        String[] cells = line.split("\t", -1);
        if (cells.length != 5) {
            throw new IllegalArgumentException(
                    TABLE + ": \"" + line + "\" has " + cells.length + " cells, give five");
        }
        return new Row(
                valueOf(cells[0]),
                Pattern.compile(cells[1], Pattern.CASE_INSENSITIVE),
                cells[2],
                cells[3],
                cells[4]);
    }
}
