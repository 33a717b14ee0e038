package io.millrace.chain.window;

import io.millrace.chain.rpc.ContractViews;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.Patience;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.rpc.Wrappers;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.Tribunal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.web3j.protocol.core.RemoteFunctionCall;

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

    private static final Patience PATIENCE = Patience.withAll(3, 200);
    private static final SettlementVault VAULT = Wrappers.unbound(SettlementVault::load);
    private static final Tribunal TRIBUNAL = Wrappers.unbound(Tribunal::load);

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
        ContractViews views = new ContractViews(connection.open());
        String vault = connection.vault();
        Optional<String> tribunal = PATIENCE.of(() -> views.tribunalOf(vault));
        if (tribunal.isEmpty()) {
            return Optional.empty();
        }
        Optional<Long> response = seconds(views, tribunal.get(), TRIBUNAL.RESPONSE());
        Optional<Long> bucket = seconds(views, vault, VAULT.BUCKET());
        return response.isEmpty() || bucket.isEmpty()
                ? Optional.empty()
                : Optional.of(new ChallengeWindow(bucket.get(), response.get()));
    }

    /** From a charge's settlement until nobody has to answer for it any more, at the longest. */
    public Duration longest() {
        return Duration.ofSeconds(
                Math.addExact(Math.multiplyExact(BUCKETS, bucketSeconds), responseSeconds));
    }

    /** Empty where there is no contract. */
    private static Optional<Long> seconds(
            ContractViews views, String contract, RemoteFunctionCall<?> view) throws RpcException {
        List<Object> values = PATIENCE.of(() -> views.ask(contract, view));
        return values.stream().findFirst().map(one -> ((BigInteger) one).longValueExact());
    }
}
