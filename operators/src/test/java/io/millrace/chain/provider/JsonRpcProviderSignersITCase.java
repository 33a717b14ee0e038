package io.millrace.chain.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.chain.ProviderSigners;
import io.millrace.chain.ProviderSigners.Signers;
import io.millrace.chain.rpc.Finality;
import io.millrace.chain.rpc.L2Connection;
import io.millrace.chain.rpc.RpcException;
import io.millrace.testing.Anvil;
import io.millrace.testing.LocalVault;
import io.millrace.testing.LocalVault.TestSigner;
import io.millrace.unit.EvmAddress;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JsonRpcProviderSignersITCase {

    private static final TestSigner KEY = new TestSigner("TaskManager of the provider");
    private static final int ACCOUNT = 1;

    private static Anvil anvil;
    private static LocalVault local;

    @BeforeAll
    static void deploy() throws Exception {
        anvil = Anvil.start();
        local = new LocalVault(anvil);
    }

    @AfterAll
    static void stop() {
        local.close();
        anvil.close();
    }

    /** Of the vault alone it finds the registry, and follows a change from end to end. */
    @Test
    void of_ownerAnnouncesAKey_ownerSignsUntilTheNoticeIsOver() throws Exception {
        ProviderSigners signers = JsonRpcProviderSigners.over(local.connection()).open();
        String owner = LocalVault.PROVIDER.address();
        assertThat(signers.of(ACCOUNT)).isEqualTo(new Signers(owner, EvmAddress.ZERO, 0));

        local.providersAs(LocalVault.PROVIDER)
                .announceSigner(BigInteger.valueOf(ACCOUNT), KEY.address())
                .send();
        Signers announced = signers.of(ACCOUNT);
        assertThat(announced.inForce()).isEqualTo(owner);
        assertThat(announced.next()).isEqualTo(KEY.address());

        anvil.call("evm_increaseTime", LocalVault.SIGNER_NOTICE_SECONDS);
        anvil.mine(1);
        assertThat(signers.of(ACCOUNT)).isEqualTo(new Signers(KEY.address(), EvmAddress.ZERO, 0));
    }

    @Test
    void of_whatIsNoVault_saysWhatItAsked() {
        L2Connection elsewhere =
                new L2Connection(
                        List.of(anvil.url()),
                        "0x" + "11".repeat(20),
                        local.registry.getContractAddress(),
                        Finality.FINALIZED,
                        10_000);
        assertThatThrownBy(() -> JsonRpcProviderSigners.over(elsewhere).open().of(ACCOUNT))
                .isInstanceOf(RpcException.class)
                .hasMessageContaining("0x" + "11".repeat(20) + " is no vault");
    }
}
