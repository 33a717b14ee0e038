package io.millrace.settle;

import static java.util.stream.Collectors.toMap;

import io.millrace.admit.Release;
import io.millrace.infer.OutcomeStatus;
import io.millrace.meter.Charge;
import io.millrace.testing.ChargeBuilder;
import io.millrace.testing.Fixtures;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.EvmAddress;
import java.util.Collection;
import java.util.List;

/** Charges, releases and options for the tests of this stage. */
final class Charges {

    static final Eip712Domain DOMAIN = new Eip712Domain(31337, "0x" + "00".repeat(19) + "aa");

    /** Four shards, a cut every 1,000 checkpoints, dust below 100 nano-USD for two cuts. */
    static final SettleOptions OPTIONS =
            new SettleOptions(2, 1_000, 100, 2, 1_000, 0, PartLimits.DEFAULT);

    /** A log that holds exactly what the restored state has sent. */
    static final LedgerLog.Factory CURRENT =
            () ->
                    sent ->
                            new LedgerLog.Recorded(
                                    sent.sinks().stream()
                                            .collect(toMap(sink -> sink, sink -> sent.mark())),
                                    sent.mark().epoch(),
                                    sent.mark().header());

    /** Subtasks of the sinks that commit what the operators of this stage send. */
    static final List<String> SINKS = List.of("epochs-0", "money-0", "money-1");

    private Charges() {}

    /** A charge to one of three providers, with a fee of 5 %. */
    static Charge charge(int account, long sequence, long debitNano) {
        return ChargeBuilder.charge()
                .id(Fixtures.id(account + ":" + sequence))
                .requester(account, EvmAddress.ZERO)
                .sequence(sequence)
                .provider(1 + (int) ((account + sequence) % 3), EvmAddress.ZERO)
                .units(debitNano)
                .amounts(debitNano, debitNano / 20)
                .status(debitNano == 0 ? OutcomeStatus.FAILED : OutcomeStatus.ANSWERED)
                .at(0, sequence)
                .build();
    }

    static Release release(int account, int request, long amountNano) {
        return new Release(account, EvmAddress.ZERO, request, amountNano);
    }

    static long debitsNano(Collection<Charge> charges) {
        return charges.stream().mapToLong(Charge::debitNano).reduce(0, Math::addExact);
    }

    static long sumNano(Collection<AccountAmount> amounts) {
        return amounts.stream().mapToLong(AccountAmount::amountNano).reduce(0, Math::addExact);
    }
}
