package io.millrace.watch.act;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.JsonRpc;
import io.millrace.audit.read.LogRanges;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.Tribunal;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.web3j.protocol.core.RemoteFunctionCall;
import org.web3j.utils.Numeric;

/**
 * A vault and its tribunal as one node has them, at the newest block. Nothing is remembered: what
 * was asked before a reorganisation is asked again. One thread.
 */
public final class TribunalChain {

    private static final Pattern WORDS = Pattern.compile("0x([0-9a-fA-F]{64})*+");
    private static final String NOWHERE = "0x" + "0".repeat(40);
    private static final Tribunal TRIBUNAL = Wrappers.unbound(Tribunal::load);
    private static final SettlementVault VAULT = Wrappers.unbound(SettlementVault::load);

    private final JsonRpc rpc;
    private final String vault;
    private final String tribunal;

    /** What does not change in the life of the contracts. */
    public record Terms(
            long responseSeconds, BigInteger depositWei, long bucketSeconds, int shardDepth) {}

    /**
     * A challenge, as far as the tribunal remembers it.
     *
     * @param challenger zero address if it is not open
     * @param deadlineSeconds zero if there never was one
     */
    public record Case(String challenger, long deadlineSeconds, BigInteger debitNano) {

        /** Whether it waits for an answer, or to be concluded. */
        public boolean isOpen() {
            return !challenger.equals(NOWHERE);
        }
    }

    /** A block's number and time. */
    public record Block(long number, String hash, long seconds) {}

    /** What is locked of a statement's bond, and whether it was compensated. */
    public record StatementState(BigInteger lockedNano, long locks, boolean compensated) {}

    private TribunalChain(JsonRpc rpc, String vault, String tribunal) {
        this.rpc = rpc;
        this.vault = vault;
        this.tribunal = tribunal;
    }

    /**
     * The tribunal that {@code vault} names.
     *
     * @throws IOException if the node does not answer, or the vault names none
     */
    public static TribunalChain of(JsonRpc rpc, String vault) throws IOException {
        String answer =
                call(rpc, vault.toLowerCase(Locale.ROOT), VAULT.TRIBUNAL().encodeFunctionCall());
        if (answer.length() != 66) {
            throw new IOException(
                    "there is no vault at %s of %s; name the vault that the job settles on"
                            .formatted(vault, rpc.host()));
        }
        String tribunal = AbiWords.of(answer).address(0);
        TribunalChain chain = new TribunalChain(rpc, vault.toLowerCase(Locale.ROOT), tribunal);
        if (rpc.call("eth_getCode", tribunal, "latest").asText().length() <= 2) {
            throw new IOException(
                    "vault %s names tribunal %s, and there is no contract: nothing can be proven or answered"
                            .formatted(vault, tribunal));
        }
        return chain;
    }

    /** Address of the tribunal. */
    public String tribunal() {
        return tribunal;
    }

    /** Address of the vault. */
    public String vault() {
        return vault;
    }

    /** EIP-155. */
    public long chainId() throws IOException {
        return quantity(rpc.call("eth_chainId"));
    }

    /** Response time, deposit, bucket, and depth of the top tree. */
    public Terms terms() throws IOException {
        return new Terms(
                ask(TRIBUNAL.RESPONSE()).count(0),
                ask(TRIBUNAL.DEPOSIT()).uint(0),
                askVault(VAULT.BUCKET()).count(0),
                (int) askVault(VAULT.SHARD_DEPTH()).count(0));
    }

    /** The newest block. */
    public Block newest() throws IOException {
        JsonNode block = rpc.call("eth_getBlockByNumber", "latest", false);
        return new Block(
                quantity(block.path("number")),
                block.path("hash").asText(),
                quantity(block.path("timestamp")));
    }

    /** Hash of a block that the node has. */
    public String hashOf(long block) throws IOException {
        return rpc.call("eth_getBlockByNumber", Numeric.encodeQuantity(number(block)), false)
                .path("hash")
                .asText();
    }

    /** What became of the challenge with this id. */
    public Case challenge(String id) throws IOException {
        AbiWords words = ask(TRIBUNAL.challenges(Numeric.hexStringToByteArray(id)));
        return new Case(words.address(0), words.count(1), words.uint(2));
    }

    /** Id of a challenge. */
    public String challengeOf(long epoch, long part, long account, Kind kind, long what)
            throws IOException {
        return ask(TRIBUNAL.challengeOf(
                        number(epoch), number(part), number(account), kind.number(), number(what)))
                .hash(0);
    }

    /** Whether proofs and challenges of the part are still taken. */
    public boolean isAnswerable(long epoch, long part) throws IOException {
        return askVault(VAULT.answerable(number(epoch), number(part))).uint(0).signum() != 0;
    }

    /** Locks of a statement. */
    public StatementState statement(long epoch, long part, long account) throws IOException {
        AbiWords words = askVault(VAULT.statement(number(epoch), number(part), number(account)));
        return new StatementState(words.uint(0), words.count(1), words.uint(2).signum() != 0);
    }

    /** Whether what the epoch charges to the account is void. */
    public boolean isVoid(long epoch, long account) throws IOException {
        return ask(TRIBUNAL.isVoid(number(epoch), number(account))).uint(0).signum() != 0;
    }

    /** Whether an earning account was compensated for what an epoch did not credit it with. */
    public boolean isEarnerCompensated(long epoch, long account) throws IOException {
        return ask(TRIBUNAL.earnerCompensated(number(epoch), number(account))).uint(0).signum()
                != 0;
    }

    /** The header's hash that the vault holds of a part, zero if none. */
    public String headerOf(long epoch, long part) throws IOException {
        return askVault(VAULT.headerOf(number(epoch), number(part))).hash(0);
    }

    /** Who answers for a part with its bond. */
    public String settlerOf(long epoch, long part) throws IOException {
        return askVault(VAULT.settlerOf(number(epoch), number(part))).address(0);
    }

    /** Deposits that {@code owner} can take, wei. */
    public BigInteger depositOf(String owner) throws IOException {
        return ask(TRIBUNAL.depositOf(owner)).uint(0);
    }

    /** What a challenger has earned and can take, nano-USD. */
    public BigInteger rewardOf(String challenger) throws IOException {
        return askVault(VAULT.rewardOf(challenger)).uint(0);
    }

    /** All events of the tribunal in a range of blocks, in their order. */
    public List<TribunalEvent> events(long first, long last) throws IOException {
        List<TribunalEvent> events = new ArrayList<>();
        LogRanges ranges = new LogRanges(rpc, List.of(tribunal));
        for (long from = first; from <= last; from = ranges.next()) {
            for (JsonNode log : ranges.logs(from, last)) {
                TribunalEvents.decode(log).ifPresent(events::add);
            }
        }
        return events;
    }

    private AbiWords ask(RemoteFunctionCall<?> function) throws IOException {
        return words(call(rpc, tribunal, function.encodeFunctionCall()));
    }

    private AbiWords askVault(RemoteFunctionCall<?> function) throws IOException {
        return words(call(rpc, vault, function.encodeFunctionCall()));
    }

    private AbiWords words(String answer) throws IOException {
        if (answer.length() < 66) {
            throw new IOException(
                    "%s answered a call of vault or tribunal with nothing; it does not have the contract's block yet"
                            .formatted(rpc.host()));
        }
        return AbiWords.of(answer);
    }

    private static String call(JsonRpc rpc, String to, String data) throws IOException {
        String answer = rpc.call("eth_call", Map.of("to", to, "data", data), "latest").asText();
        if (!WORDS.matcher(answer).matches()) {
            throw new IOException(
                    ("%s answered eth_call to %s with %s, which are no words; the contract is not"
                                    + " there, or the node does not do as it should")
                            .formatted(rpc.host(), to, answer));
        }
        return answer;
    }

    private static BigInteger number(long number) {
        return BigInteger.valueOf(number);
    }

    private static long quantity(JsonNode number) throws IOException {
        return JsonRpc.quantity(number).longValueExact();
    }
}
