package io.millrace.chain.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.chain.SealedPart;
import io.millrace.chain.submit.SettlementHaltedException.Reason;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.settle.PartLimits;
import io.millrace.testing.Anvil;
import io.millrace.testing.LocalVault;
import io.millrace.testing.MemoryJournal;
import io.millrace.testing.RealParts;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.web3j.protocol.core.methods.response.TransactionReceipt;

/** The submitter against the real vault on a real node (M4, M5, M9). */
class RealVaultITCase {

    private static SubmitOptions options(VaultIdentity vault) {
        return new SubmitOptions(
                vault,
                100,
                3_000,
                20_000,
                2_000,
                SubmitOptions.MAX_TRANSACTION_GAS,
                100,
                SubmitOptions.LOW_BALANCE_WEI,
                MarketFeePolicy.DEFAULT);
    }

    private final MemoryJournal journal = new MemoryJournal();
    private final List<SettlementRecord> settled = new ArrayList<>();
    private @Nullable SealedPart newest;
    private Anvil anvil;
    private LocalVault local;
    private VaultClient client;

    @BeforeEach
    void start() throws Exception {
        anvil = Anvil.start();
        local = new LocalVault(anvil);
        client = JsonRpcVaultClient.over(local.connection()).open();
    }

    @AfterEach
    void stop() {
        local.close();
        anvil.close();
    }

    @Test
    void submit_twoEpochs_settledOnTheRealVaultAndFinal() throws Exception {
        SealedPart first = nextPart(Hex.ZERO_32, 1);
        SealedPart second = nextPart(first.hash(), 2);

        settle(submitter(journal), first, second);

        assertThat(settled).extracting(SettlementRecord::epoch).containsExactly(1L, 2L);
        assertThat(settled).allMatch(entry -> entry.gasUsed() > 21_000 && entry.block() > 0);
        assertThat(client.head(client.latestBlock()).header()).isEqualTo(second.hash());
        assertThat(local.vault.earningBalanceOf(BigInteger.ONE).send())
                .as("the provider earned twice 480 nano-USD")
                .isEqualTo(BigInteger.valueOf(960));
        assertThat(local.vault.spendingBalanceOf(BigInteger.ONE).send())
                .as("the requester paid twice 500 nano-USD")
                .isEqualTo(BigInteger.valueOf(LocalVault.DEPOSITED_NANO - 1_000));
    }

    /** Seven days after the last epoch the owner leaves with what a sealed part debits. */
    @Test
    void submit_requesterLeftByTheHatch_settledOnceTheSettlerCanPay() throws Exception {
        SealedPart part = nextPart(Hex.ZERO_32, 1);
        anvil.call("evm_increaseTime", Duration.ofDays(7).toSeconds());
        local.as(LocalVault.REQUESTER).escape(LocalVault.REQUESTER.address()).send();
        EpochSubmitter waiting = submitter(journal);
        waiting.add(part, 0);
        waiting.step();
        assertThat(client.head(client.latestBlock()).epoch()).as("settled unpaid").isZero();

        local.approve(LocalVault.SETTLER, 1);
        settle(submitter(journal), part);

        assertThat(local.vault.earningBalanceOf(BigInteger.ONE).send())
                .as("the provider earned 480 nano-USD")
                .isEqualTo(BigInteger.valueOf(480));
        assertThat(local.vault.spendingBalanceOf(BigInteger.ONE).send())
                .as("of the base unit drawn 500 nano-USD are over")
                .isEqualTo(BigInteger.valueOf(500));
    }

    /** What was settled before leaves the window, and what waits is settled by itself. */
    @Test
    void submit_bondForOnePart_secondIsSettledOnceTheWindowHasRolled() throws Exception {
        local.as(LocalVault.SETTLER)
                .withdrawBond(BigInteger.valueOf(LocalVault.BOND_NANO), LocalVault.ADMIN.address())
                .send();
        local.postBond(LocalVault.SETTLER, 20_972); // five times 2^22 nano-USD
        SealedPart first = nextPart(Hex.ZERO_32, 1);
        SealedPart second = nextPart(first.hash(), 2);
        settle(submitter(journal), first);
        EpochSubmitter waiting = submitter(journal);
        waiting.add(second, 0);
        waiting.step();
        assertThat(client.head(client.latestBlock()).epoch()).as("settled unbonded").isEqualTo(1);

        anvil.call("evm_increaseTime", 7L * LocalVault.BUCKET_SECONDS);
        anvil.mine(1);
        settle(submitter(journal), second);

        assertThat(client.head(client.latestBlock()).header()).isEqualTo(second.hash());
    }

    @Test
    void submit_noBond_settledOnceAnybodyHasPostedIt() throws Exception {
        local.as(LocalVault.SETTLER)
                .withdrawBond(BigInteger.valueOf(LocalVault.BOND_NANO), LocalVault.ADMIN.address())
                .send();
        SealedPart first = nextPart(Hex.ZERO_32, 1);
        EpochSubmitter waiting = submitter(journal);
        waiting.add(first, 0);
        waiting.step();
        assertThat(client.head(client.latestBlock()).epoch()).as("settled unbonded").isZero();

        local.postBond(LocalVault.SETTLER, 20_972);
        settle(waiting);

        assertThat(client.head(client.latestBlock()).header()).isEqualTo(first.hash());
    }

    @Test
    void submit_killedAfterSending_restartSettlesWithTheSameTransaction() throws Exception {
        SealedPart first = nextPart(Hex.ZERO_32, 1);
        EpochSubmitter killed = submitter(journal);
        killed.add(first, 0);
        killed.step();

        settle(submitter(journal), first);

        assertThat(settled).hasSize(1);
        assertThat(client.nonce(LocalVault.SETTLER.address()))
                .as("one transaction for one epoch")
                .isEqualTo(1);
    }

    @Test
    void submit_settledBefore_emptyJournalAdoptsIt() throws Exception {
        SealedPart first = nextPart(Hex.ZERO_32, 1);
        settle(submitter(journal), first);

        settle(submitter(new MemoryJournal()), first);

        assertThat(settled).extracting(SettlementRecord::transaction).hasSize(2);
        assertThat(settled.get(1).transaction()).isEqualTo(settled.get(0).transaction());
        assertThat(client.nonce(LocalVault.SETTLER.address())).isEqualTo(1);
    }

    @Test
    void settle_rePosted_isSuccessfulNoOp() throws Exception {
        SealedPart first = nextPart(Hex.ZERO_32, 1);
        settle(submitter(journal), first);

        TransactionReceipt again =
                local.as(LocalVault.SETTLER)
                        .settle(
                                VaultAbi.header(first.header()),
                                VaultAbi.words(first.words()),
                                List.of())
                        .send();

        assertThat(again.isStatusOK()).isTrue();
        assertThat(again.getLogs()).as("nothing happened").isEmpty();
        assertThat(local.vault.earningBalanceOf(BigInteger.ONE).send())
                .as("paid twice")
                .isEqualTo(BigInteger.valueOf(480));
    }

    @Test
    void submit_unbalancedPart_haltsWithTheVaultsError() throws Exception {
        EpochSubmitter submitter = submitter(journal);
        submitter.add(
                RealParts.part(local.vault, Hex.ZERO_32, 1, client.latestBlock().number(), 499), 0);

        SettlementHaltedException halt =
                catchThrowableOfType(SettlementHaltedException.class, submitter::step);

        assertThat(halt.reason()).isEqualTo(Reason.REVERTED);
        assertThat(halt).hasMessageContainingAll("Unbalanced(", "partSumNano=499");
        assertThat(client.nonce(LocalVault.SETTLER.address())).as("nothing was sent").isZero();
    }

    /** Somebody with a settler's key gives up what is still to come of an epoch. */
    @Test
    void submit_epochEndedInTheVault_haltsBeforeThePartThatIsVoid() throws Exception {
        long block = client.latestBlock().number();
        SealedPart first = RealParts.half(local.vault, Hex.ZERO_32, 0, block);
        settle(submitter(journal), first);
        anvil.call("evm_increaseTime", Duration.ofDays(1).toSeconds());
        local.as(LocalVault.SETTLER).voidRemainder().send();
        SealedPart second = RealParts.half(local.vault, first.hash(), 1, block);
        newest = second;
        EpochSubmitter submitter = submitter(journal);
        submitter.add(second, 0);

        SettlementHaltedException halt =
                catchThrowableOfType(
                        SettlementHaltedException.class,
                        () -> {
                            while (true) {
                                submitter.step();
                                anvil.mine(1);
                            }
                        });

        assertThat(halt.reason()).isEqualTo(Reason.EPOCH_VOIDED);
        assertThat(client.nonce(LocalVault.SETTLER.address()))
                .as("the part, and the end of its epoch")
                .isEqualTo(2);
    }

    @Test
    void settings_partsOfAnEpoch_asManyAsTheVaultTakes() throws Exception {
        assertThat(local.vault.MAX_PARTS().send())
                .isEqualTo(BigInteger.valueOf(PartLimits.MAX_PARTS));
    }

    @Test
    void submit_reorganisedOut_isSentAgainAndSettledOnce() throws Exception {
        SealedPart first = nextPart(Hex.ZERO_32, 1);
        EpochSubmitter submitter = submitter(journal);
        submitter.add(first, 0);
        awaitStep(submitter, () -> client.head(client.latestBlock()).header().equals(first.hash()));

        anvil.reorganise(2);
        settle(submitter);

        assertThat(settled).hasSize(1);
        assertThat(local.vault.earningBalanceOf(BigInteger.ONE).send())
                .isEqualTo(BigInteger.valueOf(480));
    }

    private SealedPart nextPart(String previous, long epoch) throws Exception {
        newest = RealParts.part(local.vault, previous, epoch, client.latestBlock().number());
        return newest;
    }

    private EpochSubmitter submitter(MemoryJournal from) throws Exception {
        SubmitContext context =
                new SubmitContext(
                        JsonRpcVaultClient.over(local.connection()).open(),
                        LocalVault.SETTLER,
                        from,
                        () -> Optional.ofNullable(newest),
                        options(local.identity()),
                        Clock.systemUTC(),
                        new SubmitMetrics());
        return new EpochSubmitter(context, from.history(), settled::add);
    }

    private void settle(EpochSubmitter submitter, SealedPart... parts) throws Exception {
        for (SealedPart part : parts) {
            submitter.add(part, 0);
        }
        awaitStep(submitter, () -> submitter.step() == EpochSubmitter.IDLE);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void awaitStep(EpochSubmitter submitter, Condition condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> {
                            submitter.step();
                            return condition.holds();
                        });
    }
}
