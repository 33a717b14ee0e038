package io.millrace.watch.follow;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.audit.ChainEvents;
import io.millrace.audit.EpochPart;
import io.millrace.audit.TypedHashes;
import io.millrace.audit.read.AbiWords;
import io.millrace.audit.read.JsonRpc;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What settle was given, believed only if it hashes to what the vault holds: of a direct call, or
 * of one within whatever the settler called. One thread.
 */
public final class SettleCalls {

    private static final Logger LOG = LoggerFactory.getLogger(SettleCalls.class);

    private final JsonRpc rpc;
    private final String vault;
    private final TypedHashes hashes;

    /** Of one vault. */
    public SettleCalls(JsonRpc rpc, String vault, TypedHashes hashes) {
        this.rpc = rpc;
        this.vault = vault.toLowerCase(Locale.ROOT);
        this.hashes = hashes;
    }

    /**
     * The arguments of settle as hex without 0x, empty if nobody can see them.
     *
     * @param transaction in which the part was settled
     * @param header its hash
     * @throws IOException if the node does not answer
     */
    public Optional<String> arguments(String transaction, String header) throws IOException {
        JsonNode mined = rpc.call("eth_getTransactionByHash", transaction);
        Optional<String> direct = passedOn(mined.path("input").asText(), header);
        if (direct.isPresent()) {
            return direct;
        }
        try {
            JsonNode trace =
                    rpc.call("debug_traceTransaction", transaction, Map.of("tracer", "callTracer"));
            return traced(trace, header);
        } catch (JsonRpc.RefusedException e) {
            LOG.warn("the node does not trace {}: {}", transaction, e.getMessage());
            return Optional.empty();
        }
    }

    /** Its hash says which it is, wherever in the call data it begins. */
    private Optional<String> passedOn(String input, String header) {
        String digits = ChainEvents.SETTLE.substring(2);
        for (int at = input.indexOf(digits, 2); at >= 0; at = input.indexOf(digits, at + 1)) {
            Optional<String> found =
                    at % 2 == 0 ? of("0x" + input.substring(at), header) : Optional.empty();
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<String> traced(JsonNode call, String header) {
        if (call.path("to").asText().equalsIgnoreCase(vault)) {
            Optional<String> own = of(call.path("input").asText(), header);
            if (own.isPresent()) {
                return own;
            }
        }
        for (JsonNode inner : call.path("calls")) {
            Optional<String> found = traced(inner, header);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<String> of(String input, String header) {
        if (!input.startsWith(ChainEvents.SETTLE)) {
            return Optional.empty();
        }
        String data = input.substring(ChainEvents.SETTLE.length());
        try {
            EpochPart part = ChainEvents.settleCall(new AbiWords(data));
            boolean same =
                    hashes.header(part.header()).equals(header)
                            && TypedHashes.words(part).equals(part.header().wordsHash());
            return same ? Optional.of(data) : Optional.empty();
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            return Optional.empty(); // no call that the vault could have taken
        }
    }
}
