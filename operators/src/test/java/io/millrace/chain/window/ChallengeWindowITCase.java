package io.millrace.chain.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.RpcException;
import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.ProviderRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.contracts.TestDollar;
import io.millrace.contracts.Tribunal;
import io.millrace.testing.Anvil;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.ContractUtils;
import org.web3j.crypto.Credentials;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.RawTransactionManager;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.StaticGasProvider;
import org.web3j.tx.response.PollingTransactionReceiptProcessor;

/** What real contracts on a real node say of their terms. */
class ChallengeWindowITCase {

    private static final StaticGasProvider GAS =
            new StaticGasProvider(
                    BigInteger.valueOf(10_000_000_000L), BigInteger.valueOf(10_000_000));
    private static final Credentials ADMIN = Credentials.create("0x" + "7".repeat(64));
    private static final String NOBODY = "0x" + "9".repeat(40);
    private static final long BUCKET_SECONDS = Duration.ofHours(30).toSeconds();
    private static final long RESPONSE_SECONDS = Duration.ofHours(18).toSeconds();

    private Anvil anvil;
    private Web3j web3j;
    private TransactionManager admin;

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start();
        anvil.fund(ADMIN.getAddress());
        web3j = Web3j.build(new HttpService(anvil.url()));
        admin =
                new RawTransactionManager(
                        web3j,
                        ADMIN,
                        Anvil.CHAIN_ID,
                        new PollingTransactionReceiptProcessor(web3j, 100, 300));
    }

    @AfterEach
    void stop() {
        web3j.shutdown();
        anvil.close();
    }

    @Test
    void of_vaultOfLargeBuckets_sevenOfThemAndTheResponse() throws Exception {
        String registry = registry();
        String vault = vault(ContractUtils.generateContractAddress(ADMIN.getAddress(), nonce(3)));
        String providers =
                ProviderRegistry.deploy(web3j, admin, GAS, vault, BigInteger.valueOf(60))
                        .send()
                        .getContractAddress();
        Tribunal.deploy(
                        web3j,
                        admin,
                        GAS,
                        vault,
                        registry,
                        providers,
                        BigInteger.valueOf(RESPONSE_SECONDS),
                        BigInteger.ONE)
                .send();

        ChallengeWindow window = ChallengeWindow.of(connection(vault, anvil.url())).orElseThrow();

        assertThat(window).isEqualTo(new ChallengeWindow(BUCKET_SECONDS, RESPONSE_SECONDS));
        assertThat(window.longest()).isEqualTo(Duration.ofHours(7 * 30 + 18));
    }

    @Test
    void of_vaultThatNobodyJudges_isNone() throws Exception {
        assertThat(ChallengeWindow.of(connection(vault(NOBODY), anvil.url()))).isEmpty();
        assertThat(ChallengeWindow.of(connection(NOBODY, anvil.url())))
                .as("there is no vault")
                .isEmpty();
    }

    /** The first node is not there: the second is asked. */
    @Test
    void of_nodesThatAreAway_asksTheNextAndSaysIfThereIsNone() throws Exception {
        String nowhere = "http://127.0.0.1:1";

        assertThat(ChallengeWindow.of(connection(vault(NOBODY), nowhere, anvil.url()))).isEmpty();
        assertThatThrownBy(() -> ChallengeWindow.of(connection(NOBODY, nowhere)))
                .isInstanceOf(RpcException.class);
    }

    private String registry() throws Exception {
        return ModelRegistry.deploy(
                        web3j,
                        admin,
                        GAS,
                        ADMIN.getAddress(),
                        BigInteger.valueOf(60),
                        BigInteger.TEN.pow(15),
                        BigInteger.ZERO)
                .send()
                .getContractAddress();
    }

    private String vault(String tribunal) throws Exception {
        String token =
                TestDollar.deploy(web3j, admin, GAS, BigInteger.valueOf(6))
                        .send()
                        .getContractAddress();
        return SettlementVault.deploy(
                        web3j,
                        admin,
                        GAS,
                        token,
                        BigInteger.valueOf(4),
                        BigInteger.ZERO,
                        ADMIN.getAddress(),
                        ADMIN.getAddress(),
                        ADMIN.getAddress(),
                        ADMIN.getAddress(),
                        new SettlementVault.BondTerms(
                                tribunal,
                                BigInteger.valueOf(BUCKET_SECONDS),
                                BigInteger.valueOf(5),
                                BigInteger.ZERO))
                .send()
                .getContractAddress();
    }

    /** Of the transaction after so many more. */
    private BigInteger nonce(int more) throws Exception {
        long next =
                Long.decode(
                        anvil.call("eth_getTransactionCount", ADMIN.getAddress(), "latest")
                                .asText());
        return BigInteger.valueOf(next + more);
    }

    private static L2Connection connection(String vault, String... nodes) {
        return new L2Connection(List.of(nodes), vault, NOBODY, Finality.FINALIZED, 5_000);
    }
}
