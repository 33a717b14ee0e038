package io.millrace.chain.window;

import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.Patience;
import io.millrace.chain.rpc.RpcAnswers;
import io.millrace.chain.rpc.RpcEndpoints;
import io.millrace.chain.rpc.RpcException;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.Tribunal;
import io.millrace.unit.EvmAddress;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.web3j.protocol.Web3j;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.ContractGasProvider;

/**
 * How long a charge may have to be answered for, as vault and tribunal say; neither can change it.
 *
 * @param bucketSeconds the vault's BUCKET: an epoch may be challenged while the bucket of its
 *     settlement is among the last seven
 * @param responseSeconds the tribunal's RESPONSE to a challenge
 */
public record ChallengeWindow(long bucketSeconds, long responseSeconds) {

    /** Of which the window is made. */
    public static final int BUCKETS = 7;

    private static final String METHOD = "eth_call";
    private static final int WORD = 32;
    private static final int ADDRESS_DIGITS = 40;
    private static final String NO_CONTRACT = "0x";
    private static final Patience PATIENCE = Patience.withAll(3, 200);
    private static final SettlementVault VAULT =
            SettlementVault.load(
                    EvmAddress.ZERO,
                    (Web3j) null,
                    (TransactionManager) null,
                    (ContractGasProvider) null);
    private static final Tribunal TRIBUNAL =
            Tribunal.load(
                    EvmAddress.ZERO,
                    (Web3j) null,
                    (TransactionManager) null,
                    (ContractGasProvider) null);

    /** Refuses what no contract says. */
    public ChallengeWindow {
        if (bucketSeconds < 0 || responseSeconds < 0) {
            throw new IllegalArgumentException(
                    "a window of buckets of %d s, answered within %d s; both must be 0 or more"
                            .formatted(bucketSeconds, responseSeconds));
        }
    }

    /**
     * That of the vault; empty where no contract judges it, so that nobody can challenge.
     *
     * @throws RpcException if the nodes do not say, after three looks
     */
    public static Optional<ChallengeWindow> of(L2Connection connection) throws RpcException {
        RpcEndpoints nodes = connection.open();
        String vault = connection.vault();
        String judge = ask(nodes, vault, VAULT.TRIBUNAL().encodeFunctionCall());
        if (judge.equals(NO_CONTRACT)) {
            return Optional.empty();
        }
        String tribunal =
                EvmAddress.canonical(
                        NO_CONTRACT + judge.substring(judge.length() - ADDRESS_DIGITS));
        String response = ask(nodes, tribunal, TRIBUNAL.RESPONSE().encodeFunctionCall());
        return response.equals(NO_CONTRACT)
                ? Optional.empty()
                : Optional.of(
                        new ChallengeWindow(
                                seconds(ask(nodes, vault, VAULT.BUCKET().encodeFunctionCall())),
                                seconds(response)));
    }

    /** From a charge's settlement until nobody has to answer for it any more, at the longest. */
    public Duration longest() {
        return Duration.ofSeconds(
                Math.addExact(Math.multiplyExact(BUCKETS, bucketSeconds), responseSeconds));
    }

    /** A word, or nothing at all where there is no contract. */
    private static String ask(RpcEndpoints nodes, String contract, String data)
            throws RpcException {
        var answer =
                PATIENCE.of(
                        () ->
                                nodes.ask(
                                        METHOD,
                                        node ->
                                                node.call(
                                                        METHOD,
                                                        Map.of("to", contract, "data", data),
                                                        "latest")));
        return answer.asText().equals(NO_CONTRACT)
                ? NO_CONTRACT
                : RpcAnswers.bytes(METHOD, answer, WORD);
    }

    private static long seconds(String word) throws RpcException {
        try {
            return new BigInteger(word.substring(2), 16).longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw RpcException.invalid(METHOD, word + " is no number of seconds");
        }
    }
}
