package io.millrace.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.chain.VaultEvent;
import io.millrace.chain.event.JsonRpcEventChain;
import io.millrace.chain.event.LogsCheck;
import io.millrace.chain.event.SourceOptions;
import io.millrace.chain.event.VaultEventSource;
import io.millrace.chain.rpc.RpcAnswers;
import io.millrace.chain.submit.JsonRpcVaultClient;
import io.millrace.chain.submit.VaultClient;
import io.millrace.chain.window.ChallengeWindow;
import io.millrace.job.JobArguments;
import io.millrace.job.JobConfig;
import io.millrace.testing.Anvil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger is deployed once, however often and however short the program runs. */
class DeployITCase {

    /** Four contracts, two roles, a model registered and active, the registry handed over. */
    private static final long TRANSACTIONS = 9;

    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir Path folder;
    private Anvil anvil;
    private Launch launch;

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start();
        launch = new Launch(anvil, folder, "deployer").with("chain.finality", "0");
    }

    @AfterEach
    void stop() {
        anvil.close();
    }

    @Test
    void deploy_onAChainWithoutLedger_theJobsReadersTakeWhatItPrints() throws Exception {
        anvil.mine(3);
        Launch.Ended ended = launch.run();
        assertThat(ended.code()).as(ended.err()).isZero();

        JobConfig.Chain chain = configWith(ended.out()).chain();
        VaultClient vault = JsonRpcVaultClient.over(chain.connection()).open();
        assertThat(vault.vaultCodeHash()).isEqualTo(chain.vault().codeHash());
        assertThat(vault.token()).isEqualTo(chain.vault().token());
        assertThat(vault.isSettler(Launch.SETTLER)).isTrue();
        assertThat(ChallengeWindow.of(chain.connection()))
                .contains(new ChallengeWindow(8 * 3_600, 18 * 3_600));
        assertThat(codeAt(chain.registry(), chain.startBlock() - 1)).isEqualTo("0x");
        assertThat(codeAt(chain.registry(), chain.startBlock())).isNotEqualTo("0x");
        assertThat(eventsUntilActive(chain))
                .filteredOn(VaultEvent.ModelPriced.class::isInstance)
                .singleElement()
                .extracting(
                        event -> ((VaultEvent.ModelPriced) event).model(),
                        event -> ((VaultEvent.ModelPriced) event).priceNanoPerMillion())
                .containsExactly(launch.model, Launch.PRICE_NANO);
    }

    @Test
    void deploy_again_printsTheSameAndSendsNothing() throws Exception {
        Launch.Ended first = launch.run();
        assertThat(first.code()).as(first.err()).isZero();
        JobArguments.parse("--config", written(first.out())).forEach(launch::with);
        launch.with("chain.start.block", "0");

        Launch.Ended second = launch.run();

        assertThat(second.code()).as(second.err()).isZero();
        assertThat(second.out()).isEqualTo(first.out());
        assertThat(nonce("latest")).isEqualTo(TRANSACTIONS);
    }

    @Test
    void deploy_killedBetweenTwoTransactions_goesOnWhereItStopped() throws Exception {
        launch.with("chain.finality", "finalized");
        anvil.holdBlocks();
        Process process = launch.start();
        try {
            awaitNonce("pending", 1);
            anvil.mine(1);
            awaitNonce("pending", 2);
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(nonce("latest")).as("the vault waits in the pool").isEqualTo(1);

        anvil.mineEverySecond(); // and with the first of them comes what the dead process had sent
        Launch.Ended ended = launch.run();

        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(nonce("latest")).as("nothing was sent twice").isEqualTo(TRANSACTIONS);
        assertThat(eventsUntilActive(configWith(ended.out()).chain())).isNotEmpty();
    }

    @Test
    void deploy_killedAndItsTransactionLost_sendsItAgain() throws Exception {
        anvil.holdBlocks();
        Process process = launch.start();
        try {
            awaitNonce("pending", 1);
        } finally {
            process.destroyForcibly().waitFor();
        }
        anvil.call("anvil_dropAllTransactions");
        anvil.mineOnDemand();

        Launch.Ended ended = launch.run();

        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(nonce("latest")).isEqualTo(TRANSACTIONS);
    }

    @Test
    void deploy_withOtherTermsThanBefore_namesWhatCannotChange() throws Exception {
        assertThat(launch.run().code()).isZero();
        Launch.Ended ended = launch.with("deploy.bond.cover", "6").run();
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).contains("COVER of the vault at", "is 5, not 6, for ever");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void deploy_beforeWhatAnotherKeyMade_isRefused() throws Exception {
        Launch.Ended ended = launch.with("vault.address", "0x" + "12".repeat(20)).run();
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).contains("--vault.address is 0x1212", "for a new ledger");
        assertThat(nonce("latest")).as("nothing was sent").isZero();
    }

    @Test
    void deploy_ofTermsThatAContractRefuses_sendsNothing() throws Exception {
        Launch.Ended ended = launch.with("deploy.response", "30 d").run();
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).contains("tribunal created at", "would revert");
        assertThat(nonce("latest")).as("the three before it").isEqualTo(3);
    }

    @Test
    void deploy_ofAModelThatTheJobDoesNotHave_isRefused() throws Exception {
        Launch.Ended ended =
                launch.with("deploy.models", "0x" + "00".repeat(32) + ":20000000").run();
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).contains("--deploy.models", launch.model);
    }

    /** It is not taken for a ledger that the key has made before. */
    @Test
    void deploy_withAKeyThatHasMadeOtherContracts_isRefusedBeforeItSends() throws Exception {
        Launch issuer = new Launch(anvil, folder, "issuer").with("chain.finality", "0");
        Launch.Ended refused = issuer.run();
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("is no model registry", "--deploy.first.nonce");
        assertThat(nonce(issuer.deployer, "latest")).as("two tokens").isEqualTo(2);

        Launch.Ended taken = issuer.with("deploy.first.nonce", "2").run();

        assertThat(taken.code()).as(taken.err()).isZero();
    }

    /** The job's configuration with what the program has printed. */
    private JobConfig configWith(String printed) throws Exception {
        Map<String, String> options = new HashMap<>(launch.options());
        options.keySet().removeIf(key -> key.startsWith("deploy."));
        options.putAll(JobArguments.parse("--config", written(printed)));
        options.put("kafka.bootstrap.servers", "localhost:9092");
        options.put("settle.signer.key.file", "/keys/settler");
        options.put("provider.accounts", "1");
        options.put("provider.key.files", "/keys/provider");
        return JobConfig.fromMap(options, 1);
    }

    private String written(String printed) throws Exception {
        return Files.writeString(folder.resolve("printed.yaml"), printed).toString();
    }

    @SuppressWarnings("try") // CloseableIterator.close may be interrupted
    private static List<VaultEvent> eventsUntilActive(JobConfig.Chain chain) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        VaultEventSource source =
                new VaultEventSource(
                        JsonRpcEventChain.over(chain.connection()),
                        new SourceOptions(
                                Anvil.CHAIN_ID,
                                chain.startBlock(),
                                100,
                                2_000,
                                LogsCheck.BLOOM,
                                45_000));
        List<VaultEvent> events = new ArrayList<>();
        try (CloseableIterator<VaultEvent> stream =
                env.fromSource(source, VaultEventSource.idleWatermarks(), "vault events")
                        .executeAndCollect()) {
            while (events.stream().filter(VaultEvent.ModelStatusChanged.class::isInstance).count()
                    < 2) { // proposed, active
                events.add(stream.next());
            }
        }
        return events;
    }

    private void awaitNonce(String block, long wanted) {
        await().atMost(LIMIT).until(() -> nonce(block) == wanted);
    }

    private long nonce(String block) throws Exception {
        return nonce(launch.deployer, block);
    }

    private long nonce(String address, String block) throws Exception {
        String method = "eth_getTransactionCount";
        return RpcAnswers.quantity(method, anvil.call(method, address, block));
    }

    private String codeAt(String address, long block) throws Exception {
        return anvil.call("eth_getCode", address, "0x" + Long.toHexString(block)).asText();
    }
}
