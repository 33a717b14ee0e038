package io.millrace.chain.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.VaultEvent;
import io.millrace.testing.Anvil;
import io.millrace.testing.LocalVault;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The source on a real node: what the contracts emitted comes out once, in order, when final. */
class VaultEventSourceITCase {

    private Anvil anvil;
    private LocalVault local;

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start();
        local = new LocalVault(anvil);
    }

    @AfterEach
    void stop() {
        local.close();
        anvil.close();
    }

    @Test
    void source_deployedVault_emitsItsEventsInOrder() throws Exception {
        local.as(LocalVault.REQUESTER).requestWithdrawal(BigInteger.TEN).send();
        local.as(LocalVault.REQUESTER).cancelRequest().send();

        List<VaultEvent> events = read(VaultEvent.WithdrawalCancelled.class);

        assertThat(events)
                .filteredOn(VaultEvent.ContractEvent.class::isInstance)
                .hasExactlyElementsOfTypes(
                        VaultEvent.EarningAccountOpened.class, // the treasury, by deployment
                        VaultEvent.ModelRegistered.class,
                        VaultEvent.ModelStatusChanged.class,
                        VaultEvent.ModelPriced.class,
                        VaultEvent.ModelStatusChanged.class,
                        VaultEvent.SpendingAccountOpened.class,
                        VaultEvent.Deposited.class,
                        VaultEvent.EarningAccountOpened.class,
                        VaultEvent.WithdrawalRequested.class,
                        VaultEvent.WithdrawalCancelled.class);
        VaultEvent.Deposited deposit = only(events, VaultEvent.Deposited.class);
        assertThat(deposit.account()).isEqualTo(1);
        assertThat(deposit.owner()).isEqualTo(LocalVault.REQUESTER.address());
        assertThat(deposit.amountNano()).isEqualTo(LocalVault.DEPOSITED_NANO);
        VaultEvent.WithdrawalCancelled cancelled =
                only(events, VaultEvent.WithdrawalCancelled.class);
        assertThat(cancelled.request()).isEqualTo(1);
        assertThat(cancelled.amountNano()).as("still open of it").isEqualTo(10);
        VaultEvent.ModelPriced price = only(events, VaultEvent.ModelPriced.class);
        assertThat(price.model()).isEqualTo(Hex.encode(LocalVault.MODEL));
        assertThat(price.priceNanoPerMillion()).isEqualTo(LocalVault.PRICE_NANO);
        assertThat(price.version()).isEqualTo(1);
        assertThat(price.effectiveMillis()).isEqualTo(price.blockMillis());
    }

    @Test
    @SuppressWarnings("try") // CloseableIterator.close may be interrupted
    void source_finalBlockReplaced_failsTheJobWithoutRestarts() throws Exception {
        Configuration restarting = new Configuration();
        restarting.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        restarting.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000);
        try (CloseableIterator<VaultEvent> stream = stream(restarting)) {
            VaultEvent event;
            do {
                event = stream.next();
            } while (!(event instanceof VaultEvent.Scanned scanned && scanned.caughtUp()));
            anvil.reorganise(12);

            assertThatThrownBy(() -> stream.forEachRemaining(later -> {}))
                    .hasStackTraceContaining("The failure is not recoverable")
                    .hasStackTraceContaining("millrace recover")
                    .rootCause()
                    .message()
                    .matches("(?s).*block \\d+ was final as 0x[0-9a-f]{64} .*0x[0-9a-f]{64}.*");
        }
    }

    @SuppressWarnings("try") // CloseableIterator.close may be interrupted
    private List<VaultEvent> read(Class<? extends VaultEvent> until) throws Exception {
        List<VaultEvent> events = new ArrayList<>();
        try (CloseableIterator<VaultEvent> stream = stream(new Configuration())) {
            VaultEvent event;
            do {
                event = stream.next();
                events.add(event);
            } while (!until.isInstance(event));
        }
        return events;
    }

    private CloseableIterator<VaultEvent> stream(Configuration configuration) throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
        VaultEventSource source =
                new VaultEventSource(
                        JsonRpcEventChain.over(local.connection()),
                        new SourceOptions(Anvil.CHAIN_ID, 0, 100, 2_000, LogsCheck.BLOOM, 45_000));
        return env.fromSource(source, VaultEventSource.idleWatermarks(), "vault events")
                .executeAndCollect();
    }

    private static <T extends VaultEvent> T only(List<VaultEvent> events, Class<T> kind) {
        List<T> found = events.stream().filter(kind::isInstance).map(kind::cast).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }
}
