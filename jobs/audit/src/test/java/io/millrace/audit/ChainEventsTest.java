package io.millrace.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.audit.EpochPart.Header;
import io.millrace.audit.read.AbiWords;
import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.SettlementVault;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.web3j.abi.EventEncoder;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.Type;
import org.web3j.abi.datatypes.generated.Uint256;
import org.web3j.utils.Numeric;

/** The audit's hand-written ABI against the wrappers that are generated from the contracts. */
class ChainEventsTest {

    @Test
    void topics_generatedEvents_same() {
        assertThat(ChainEvents.DEPOSITED)
                .isEqualTo(EventEncoder.encode(SettlementVault.DEPOSITED_EVENT));
        assertThat(ChainEvents.CANCELLED)
                .isEqualTo(EventEncoder.encode(SettlementVault.WITHDRAWALCANCELLED_EVENT));
        assertThat(ChainEvents.RELEASED)
                .isEqualTo(EventEncoder.encode(SettlementVault.WITHDRAWALRELEASED_EVENT));
        assertThat(ChainEvents.ASKED)
                .isEqualTo(EventEncoder.encode(SettlementVault.WITHDRAWALREQUESTED_EVENT));
        assertThat(ChainEvents.RELEASE_SKIPPED)
                .isEqualTo(EventEncoder.encode(SettlementVault.RELEASESKIPPED_EVENT));
        assertThat(ChainEvents.TAKEN)
                .isEqualTo(EventEncoder.encode(SettlementVault.WITHDRAWALTAKEN_EVENT));
        assertThat(ChainEvents.ESCAPED)
                .isEqualTo(EventEncoder.encode(SettlementVault.ESCAPED_EVENT));
        assertThat(ChainEvents.SLASHED)
                .isEqualTo(EventEncoder.encode(SettlementVault.SLASHED_EVENT));
        assertThat(ChainEvents.SLASHED_FOR_EARNER)
                .isEqualTo(EventEncoder.encode(SettlementVault.SLASHEDFOREARNER_EVENT));
        assertThat(ChainEvents.EARNINGS_WITHDRAWN)
                .isEqualTo(EventEncoder.encode(SettlementVault.EARNINGSWITHDRAWN_EVENT));
        assertThat(ChainEvents.EPOCH_SETTLED)
                .isEqualTo(EventEncoder.encode(SettlementVault.EPOCHSETTLED_EVENT));
        assertThat(ChainEvents.EPOCH_VOIDED)
                .isEqualTo(EventEncoder.encode(SettlementVault.EPOCHVOIDED_EVENT));
        assertThat(ChainEvents.MODEL_PRICED)
                .isEqualTo(EventEncoder.encode(ModelRegistry.MODELPRICED_EVENT));
    }

    @Test
    void settleCall_generatedEncoding_everyField() {
        EpochPart part =
                new EpochPart(
                        new Header(
                                hash(1),
                                2,
                                3,
                                4,
                                hash(5),
                                BigInteger.valueOf(6),
                                7,
                                8,
                                BigInteger.valueOf(9),
                                hash(10),
                                hash(11),
                                12),
                        words(1, 2),
                        words(),
                        words(3),
                        words(4, 5, 6),
                        words(7, 8));

        String calldata = encode(part);

        assertThat(calldata).startsWith(ChainEvents.SETTLE);
        assertThat(ChainEvents.settleCall(new AbiWords(calldata.substring(10)))).isEqualTo(part);
    }

    @Test
    void abiWords_wordMissing_saysWhich() {
        assertThatThrownBy(() -> AbiWords.of("0x" + "0".repeat(64)).uint(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("word 1 is missing in 1 ABI words");
    }

    @SuppressWarnings("rawtypes") // web3j's Function and DynamicArray take raw types
    private static String encode(EpochPart part) {
        Header header = part.header();
        List<Type> arguments =
                List.of(
                        new SettlementVault.EpochHeader(
                                bytes(header.previousHeader()),
                                BigInteger.valueOf(header.epoch()),
                                BigInteger.valueOf(header.part()),
                                BigInteger.valueOf(header.parts()),
                                bytes(header.receiptsRoot()),
                                header.receiptsSumNano(),
                                BigInteger.valueOf(header.receiptsCount()),
                                BigInteger.valueOf(header.levels()),
                                header.partSumNano(),
                                bytes(header.wordsHash()),
                                bytes(header.cutDigest()),
                                BigInteger.valueOf(header.l2Block())),
                        new SettlementVault.SlotWords(
                                part.debitSlots(),
                                part.debits(),
                                part.creditSlots(),
                                part.credits()),
                        new DynamicArray<>(
                                Uint256.class,
                                part.releases().stream().map(Uint256::new).toList()));
        return FunctionEncoder.encode(
                new Function(SettlementVault.FUNC_SETTLE, arguments, List.of()));
    }

    private static byte[] bytes(String hash) {
        return Numeric.hexStringToByteArray(hash);
    }

    private static String hash(int number) {
        return "0x" + "%064x".formatted(number);
    }

    private static List<BigInteger> words(long... words) {
        return Arrays.stream(words).mapToObj(BigInteger::valueOf).toList();
    }
}
