package io.millrace.chain.event;

import io.millrace.chain.EventPlace;
import io.millrace.chain.VaultEvent;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import java.util.Map;
import java.util.Optional;
import org.web3j.abi.EventEncoder;
import org.web3j.abi.datatypes.Event;
import org.web3j.protocol.core.methods.response.Log;

/** Turns logs of the vault and the registry into {@link VaultEvent}s, by the generated wrappers. */
final class VaultEventDecoder {

    private static final Map<String, Decoding> BY_TOPIC =
            Map.ofEntries(
                    entry(
                            SettlementVault.SPENDINGACCOUNTOPENED_EVENT,
                            VaultEventDecoder::spendingAccountOpened),
                    entry(
                            SettlementVault.EARNINGACCOUNTOPENED_EVENT,
                            VaultEventDecoder::earningAccountOpened),
                    entry(SettlementVault.DEPOSITED_EVENT, VaultEventDecoder::deposited),
                    entry(
                            SettlementVault.WITHDRAWALREQUESTED_EVENT,
                            VaultEventDecoder::withdrawalRequested),
                    entry(
                            SettlementVault.WITHDRAWALCANCELLED_EVENT,
                            VaultEventDecoder::withdrawalCancelled),
                    entry(
                            SettlementVault.WITHDRAWALRELEASED_EVENT,
                            VaultEventDecoder::withdrawalReleased),
                    entry(SettlementVault.RELEASESKIPPED_EVENT, VaultEventDecoder::releaseSkipped),
                    entry(SettlementVault.ESCAPED_EVENT, VaultEventDecoder::escaped),
                    entry(SettlementVault.EPOCHSETTLED_EVENT, VaultEventDecoder::epochSettled),
                    entry(ModelRegistry.MODELREGISTERED_EVENT, VaultEventDecoder::modelRegistered),
                    entry(ModelRegistry.MODELPRICED_EVENT, VaultEventDecoder::modelPriced),
                    entry(
                            ModelRegistry.MODELSTATUSCHANGED_EVENT,
                            VaultEventDecoder::modelStatusChanged));

    private VaultEventDecoder() {}

    private interface Decoding {
        VaultEvent of(Log log, EventPlace place);
    }

    /**
     * The event of a log, empty if the stream does not need that kind (roles, payouts, pauses).
     *
     * @throws ArithmeticException if a number does not fit: the contract is not ours
     */
    static Optional<VaultEvent> decode(LogEntry log, long blockMillis) {
        Decoding decoding = log.topics().isEmpty() ? null : BY_TOPIC.get(log.topics().get(0));
        if (decoding == null) {
            return Optional.empty();
        }
        Log wire = new Log();
        wire.setTopics(log.topics());
        wire.setData(log.data());
        EventPlace place = new EventPlace(log.block(), blockMillis, log.index(), log.transaction());
        return Optional.of(decoding.of(wire, place));
    }

    private static Map.Entry<String, Decoding> entry(Event event, Decoding decoding) {
        return Map.entry(EventEncoder.encode(event), decoding);
    }

    private static VaultEvent spendingAccountOpened(Log log, EventPlace place) {
        var event = SettlementVault.getSpendingAccountOpenedEventFromLog(log);
        return new VaultEvent.SpendingAccountOpened(
                place, event.account.intValueExact(), EvmAddress.canonical(event.owner));
    }

    private static VaultEvent earningAccountOpened(Log log, EventPlace place) {
        var event = SettlementVault.getEarningAccountOpenedEventFromLog(log);
        return new VaultEvent.EarningAccountOpened(
                place, event.account.intValueExact(), EvmAddress.canonical(event.owner));
    }

    private static VaultEvent deposited(Log log, EventPlace place) {
        var event = SettlementVault.getDepositedEventFromLog(log);
        return new VaultEvent.Deposited(
                place,
                event.account.intValueExact(),
                EvmAddress.canonical(event.owner),
                event.amountNano.longValueExact());
    }

    private static VaultEvent withdrawalRequested(Log log, EventPlace place) {
        var event = SettlementVault.getWithdrawalRequestedEventFromLog(log);
        return new VaultEvent.WithdrawalRequested(
                place,
                event.account.intValueExact(),
                EvmAddress.canonical(event.owner),
                event.request.intValueExact(),
                event.amountNano.longValueExact());
    }

    private static VaultEvent withdrawalCancelled(Log log, EventPlace place) {
        var event = SettlementVault.getWithdrawalCancelledEventFromLog(log);
        return new VaultEvent.WithdrawalCancelled(
                place,
                event.account.intValueExact(),
                EvmAddress.canonical(event.owner),
                event.request.intValueExact(),
                event.amountNano.longValueExact());
    }

    private static VaultEvent withdrawalReleased(Log log, EventPlace place) {
        var event = SettlementVault.getWithdrawalReleasedEventFromLog(log);
        return new VaultEvent.WithdrawalReleased(
                place,
                event.account.intValueExact(),
                EvmAddress.canonical(event.owner),
                event.request.intValueExact(),
                event.amountNano.longValueExact());
    }

    private static VaultEvent releaseSkipped(Log log, EventPlace place) {
        var event = SettlementVault.getReleaseSkippedEventFromLog(log);
        return new VaultEvent.ReleaseSkipped(
                place,
                event.account.intValueExact(),
                EvmAddress.canonical(event.owner),
                event.request.intValueExact(),
                event.amountNano.longValueExact());
    }

    private static VaultEvent escaped(Log log, EventPlace place) {
        var event = SettlementVault.getEscapedEventFromLog(log);
        return new VaultEvent.Escaped(
                place,
                event.account.intValueExact(),
                EvmAddress.canonical(event.owner),
                event.request.intValueExact(),
                event.spendingNano.longValueExact());
    }

    private static VaultEvent epochSettled(Log log, EventPlace place) {
        var event = SettlementVault.getEpochSettledEventFromLog(log);
        return new VaultEvent.EpochSettled(
                place,
                event.epoch.longValueExact(),
                event.part.intValueExact(),
                event.partSumNano.longValueExact());
    }

    private static VaultEvent modelRegistered(Log log, EventPlace place) {
        var event = ModelRegistry.getModelRegisteredEventFromLog(log);
        return new VaultEvent.ModelRegistered(
                place, Hex.encode(event.model), EvmAddress.canonical(event.publisher));
    }

    private static VaultEvent modelPriced(Log log, EventPlace place) {
        var event = ModelRegistry.getModelPricedEventFromLog(log);
        return new VaultEvent.ModelPriced(
                place,
                Hex.encode(event.model),
                event.version.intValueExact(),
                event.priceNanoPerMillion.longValueExact(),
                event.feeBasisPoints.intValueExact(),
                Math.multiplyExact(event.effectiveFrom.longValueExact(), 1_000L));
    }

    private static VaultEvent modelStatusChanged(Log log, EventPlace place) {
        var event = ModelRegistry.getModelStatusChangedEventFromLog(log);
        return new VaultEvent.ModelStatusChanged(
                place, Hex.encode(event.model), event.status.intValueExact());
    }
}
