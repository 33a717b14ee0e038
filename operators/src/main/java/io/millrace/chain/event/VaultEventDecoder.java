package io.millrace.chain.event;

import io.millrace.chain.VaultEvent;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.contracts.ModelRegistry;
import io.millrace.contracts.SettlementVault;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.web3j.abi.EventEncoder;
import org.web3j.abi.datatypes.Event;
import org.web3j.protocol.core.methods.response.Log;

/** Turns logs of the vault and the registry into {@link VaultEvent}s, by the generated wrappers. */
final class VaultEventDecoder {

    private static final BigInteger ZERO = BigInteger.ZERO;
    private static final Map<String, Fields> BY_TOPIC = byTopic();

    private VaultEventDecoder() {}

    /** What an event says, apart from where it stands. */
    private record Content(
            VaultEvent.Kind kind,
            int account,
            String owner,
            int request,
            long amountNano,
            long effectiveMillis,
            @Nullable String model,
            int status) {}

    private interface Fields {
        Content of(Log log);
    }

    /**
     * The event of a log, empty if the stream does not need that kind (roles, payouts, pauses).
     *
     * @throws ArithmeticException if a number does not fit: the contract is not ours
     */
    static Optional<VaultEvent> decode(LogEntry log, long blockMillis) {
        Fields fields = log.topics().isEmpty() ? null : BY_TOPIC.get(log.topics().get(0));
        if (fields == null) {
            return Optional.empty();
        }
        Log wire = new Log();
        wire.setTopics(log.topics());
        wire.setData(log.data());
        Content content = fields.of(wire);
        return Optional.of(
                new VaultEvent(
                        content.kind(),
                        log.block(),
                        blockMillis,
                        log.index(),
                        log.transaction(),
                        content.account(),
                        content.owner(),
                        content.request(),
                        content.amountNano(),
                        content.effectiveMillis(),
                        content.model(),
                        content.status(),
                        false));
    }

    /** First topics of the events that {@link #decode} knows. */
    static Set<String> topics() {
        return BY_TOPIC.keySet();
    }

    /** Says that every event up to and with {@code block} has been read. */
    static VaultEvent scanned(BlockHeader block, boolean caughtUp) {
        return new VaultEvent(
                VaultEvent.Kind.SCANNED,
                block.number(),
                block.millis(),
                Integer.MAX_VALUE, // after every log of the block
                "",
                -1,
                "",
                0,
                0,
                0,
                null,
                0,
                caughtUp);
    }

    private static Map<String, Fields> byTopic() {
        Map<String, Fields> fields = new HashMap<>();
        addAccountEvents(fields);
        addWithdrawalEvents(fields);
        addModelEvents(fields);
        return Map.copyOf(fields);
    }

    private static void addAccountEvents(Map<String, Fields> fields) {
        put(
                fields,
                SettlementVault.SPENDINGACCOUNTOPENED_EVENT,
                log -> {
                    var it = SettlementVault.getSpendingAccountOpenedEventFromLog(log);
                    return money(
                            VaultEvent.Kind.SPENDING_ACCOUNT_OPENED,
                            it.account,
                            it.owner,
                            ZERO,
                            ZERO);
                });
        put(
                fields,
                SettlementVault.EARNINGACCOUNTOPENED_EVENT,
                log -> {
                    var it = SettlementVault.getEarningAccountOpenedEventFromLog(log);
                    return money(
                            VaultEvent.Kind.EARNING_ACCOUNT_OPENED,
                            it.account,
                            it.owner,
                            ZERO,
                            ZERO);
                });
        put(
                fields,
                SettlementVault.DEPOSITED_EVENT,
                log -> {
                    var it = SettlementVault.getDepositedEventFromLog(log);
                    return money(
                            VaultEvent.Kind.DEPOSITED, it.account, it.owner, ZERO, it.amountNano);
                });
        put(
                fields,
                SettlementVault.EPOCHSETTLED_EVENT,
                log -> {
                    var it = SettlementVault.getEpochSettledEventFromLog(log);
                    return new Content(
                            VaultEvent.Kind.EPOCH_SETTLED,
                            -1,
                            "",
                            it.part.intValueExact(),
                            it.partSumNano.longValueExact(),
                            0,
                            null,
                            0);
                });
    }

    private static void addWithdrawalEvents(Map<String, Fields> fields) {
        put(
                fields,
                SettlementVault.WITHDRAWALREQUESTED_EVENT,
                log -> {
                    var it = SettlementVault.getWithdrawalRequestedEventFromLog(log);
                    return money(
                            VaultEvent.Kind.WITHDRAWAL_REQUESTED,
                            it.account,
                            it.owner,
                            it.request,
                            it.amountNano);
                });
        put(
                fields,
                SettlementVault.WITHDRAWALRELEASED_EVENT,
                log -> {
                    var it = SettlementVault.getWithdrawalReleasedEventFromLog(log);
                    return money(
                            VaultEvent.Kind.WITHDRAWAL_RELEASED,
                            it.account,
                            it.owner,
                            it.request,
                            it.amountNano);
                });
        put(
                fields,
                SettlementVault.RELEASESKIPPED_EVENT,
                log -> {
                    var it = SettlementVault.getReleaseSkippedEventFromLog(log);
                    return money(
                            VaultEvent.Kind.RELEASE_SKIPPED,
                            it.account,
                            it.owner,
                            it.request,
                            it.amountNano);
                });
        put(
                fields,
                SettlementVault.ESCAPED_EVENT,
                log -> {
                    var it = SettlementVault.getEscapedEventFromLog(log);
                    return money(
                            VaultEvent.Kind.ESCAPED,
                            it.account,
                            it.owner,
                            it.request,
                            it.spendingNano);
                });
    }

    private static void addModelEvents(Map<String, Fields> fields) {
        put(
                fields,
                ModelRegistry.MODELREGISTERED_EVENT,
                log -> {
                    var it = ModelRegistry.getModelRegisteredEventFromLog(log);
                    String publisher = EvmAddress.canonical(it.publisher);
                    return new Content(
                            VaultEvent.Kind.MODEL_REGISTERED,
                            -1,
                            publisher,
                            0,
                            0,
                            0,
                            Hex.encode(it.model),
                            0);
                });
        put(
                fields,
                ModelRegistry.MODELPRICED_EVENT,
                log -> {
                    var it = ModelRegistry.getModelPricedEventFromLog(log);
                    return new Content(
                            VaultEvent.Kind.MODEL_PRICED,
                            -1,
                            "",
                            it.version.intValueExact(),
                            it.priceNanoPerMillion.longValueExact(),
                            Math.multiplyExact(it.effectiveFrom.longValueExact(), 1_000L),
                            Hex.encode(it.model),
                            0);
                });
        put(
                fields,
                ModelRegistry.MODELSTATUSCHANGED_EVENT,
                log -> {
                    var it = ModelRegistry.getModelStatusChangedEventFromLog(log);
                    return new Content(
                            VaultEvent.Kind.MODEL_STATUS_CHANGED,
                            -1,
                            "",
                            0,
                            0,
                            0,
                            Hex.encode(it.model),
                            it.status.intValueExact());
                });
    }

    private static void put(Map<String, Fields> fields, Event event, Fields content) {
        fields.put(EventEncoder.encode(event), content);
    }

    private static Content money(
            VaultEvent.Kind kind,
            BigInteger account,
            String owner,
            BigInteger request,
            BigInteger amountNano) {
        return new Content(
                kind,
                account.intValueExact(),
                EvmAddress.canonical(owner),
                request.intValueExact(),
                amountNano.longValueExact(),
                0,
                null,
                0);
    }
}
