package io.millrace.job.recover;

import io.millrace.admit.AdmitDescriptors;
import io.millrace.admit.Admitted;
import io.millrace.admit.Funds;
import io.millrace.admit.Release;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.ValidateFunction;
import io.millrace.admit.gate.GateKeeperOperator;
import io.millrace.chain.CutPosition;
import io.millrace.meter.Charge;
import io.millrace.meter.MeterFunction;
import io.millrace.meter.Usage;
import io.millrace.settle.ChargeKey;
import io.millrace.settle.EpochSealer;
import io.millrace.settle.PendingRequester;
import io.millrace.settle.SettleDescriptors;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.state.api.functions.BroadcastStateBootstrapFunction;
import org.apache.flink.state.api.functions.KeyedStateBootstrapFunction;
import org.apache.flink.state.api.functions.StateBootstrapFunction;

/** Puts rebuilt values where each operator looks for its state. */
@SuppressWarnings("NullAway.Init") // transient fields are set before the first element
final class OperatorStates {

    private OperatorStates() {}

    /**
     * Of an operator without keys: its lists are the state, so nothing is left to do at the end.
     */
    private abstract static class ListStates<T> extends StateBootstrapFunction<T> {

        private static final long serialVersionUID = 1L;

        @Override
        public void snapshotState(FunctionSnapshotContext context) {
            // the lists are the state
        }
    }

    /** Of the seal operator. It has sent no mark: the log must end where its head is. */
    static final class OfSeal extends ListStates<RebuiltLedger.Seal> {

        private static final long serialVersionUID = 1L;

        private transient ListState<EpochSealer.Head> head;
        private transient ListState<CutPosition> positions;

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            head = context.getOperatorStateStore().getListState(SettleDescriptors.HEAD);
            positions = context.getOperatorStateStore().getListState(SettleDescriptors.POSITIONS);
        }

        @Override
        public void processElement(RebuiltLedger.Seal value, StateBootstrapFunction.Context context)
                throws Exception {
            head.add(value.head());
            positions.addAll(value.positions());
        }
    }

    /** Of the gate keeper. */
    static final class OfGateKeeper extends ListStates<RebuiltLedger.Gate> {

        private static final long serialVersionUID = 1L;

        private transient ListState<Long> unsettledNano;
        private transient ListState<Long> unsettledParts;

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            OperatorStateStore store = context.getOperatorStateStore();
            unsettledNano = store.getListState(GateKeeperOperator.UNSETTLED);
            unsettledParts = store.getListState(GateKeeperOperator.UNSETTLED_PARTS);
        }

        @Override
        public void processElement(RebuiltLedger.Gate value, StateBootstrapFunction.Context context)
                throws Exception {
            unsettledNano.add(value.unsettledNano());
            unsettledParts.add(value.unsettledParts());
        }
    }

    /** Of the operator that passes over request records. */
    static final class OfAccounted extends ListStates<RequestPlace> {

        private static final long serialVersionUID = 1L;

        private transient ListState<RequestPlace> accounted;

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            accounted =
                    context.getOperatorStateStore().getUnionListState(AdmitDescriptors.ACCOUNTED);
        }

        @Override
        public void processElement(RequestPlace value, StateBootstrapFunction.Context context)
                throws Exception {
            accounted.add(value);
        }
    }

    /** Of validate. */
    static final class OfValidate extends BroadcastStateBootstrapFunction<RebuiltLedger.Model> {

        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(
                RebuiltLedger.Model value, BroadcastStateBootstrapFunction.Context context)
                throws Exception {
            context.getBroadcastState(ValidateFunction.MODELS).put(value.model(), value.listing());
        }
    }

    /** Of admit, with the timers that end its memory of requests. */
    static final class OfAdmit
            extends KeyedStateBootstrapFunction<String, RebuiltLedger.Requester> {

        private static final long serialVersionUID = 1L;

        private transient ValueState<Funds> funds;
        private transient MapState<String, Admitted> admitted;
        private transient MapState<Long, String> lastByDeadline;

        @Override
        public void open(OpenContext context) {
            funds = getRuntimeContext().getState(AdmitDescriptors.FUNDS);
            admitted = getRuntimeContext().getMapState(AdmitDescriptors.ADMITTED);
            lastByDeadline = getRuntimeContext().getMapState(AdmitDescriptors.LAST_BY_DEADLINE);
        }

        @Override
        public void processElement(
                RebuiltLedger.Requester value,
                KeyedStateBootstrapFunction<String, RebuiltLedger.Requester>.Context context)
                throws Exception {
            funds.update(value.funds());
            admitted.putAll(value.admitted());
            lastByDeadline.putAll(value.lastByDeadline());
            for (long deadlineMillis : value.lastByDeadline().keySet()) {
                context.timerService().registerEventTimeTimer(deadlineMillis);
            }
        }
    }

    /** Of meter. */
    static final class OfMeter extends KeyedStateBootstrapFunction<String, RebuiltLedger.Meter> {

        private static final long serialVersionUID = 1L;

        private transient ValueState<Long> sequence;
        private transient MapState<String, Usage> usage;

        @Override
        public void open(OpenContext context) {
            sequence = getRuntimeContext().getState(MeterFunction.SEQUENCE);
            usage = getRuntimeContext().getMapState(MeterFunction.USAGE);
        }

        @Override
        public void processElement(
                RebuiltLedger.Meter value,
                KeyedStateBootstrapFunction<String, RebuiltLedger.Meter>.Context context)
                throws Exception {
            sequence.update(value.sequence());
            usage.putAll(value.usage());
        }
    }

    /** Of the shard cut. */
    static final class OfShardCut
            extends KeyedStateBootstrapFunction<Integer, RebuiltLedger.Shard> {

        private static final long serialVersionUID = 1L;

        private transient MapState<ChargeKey, Charge> charges;
        private transient MapState<Integer, PendingRequester> requesters;
        private transient ListState<Release> releases;

        @Override
        public void open(OpenContext context) {
            charges = getRuntimeContext().getMapState(SettleDescriptors.CHARGES);
            requesters = getRuntimeContext().getMapState(SettleDescriptors.REQUESTERS);
            releases = getRuntimeContext().getListState(SettleDescriptors.RELEASES);
        }

        @Override
        public void processElement(
                RebuiltLedger.Shard value,
                KeyedStateBootstrapFunction<Integer, RebuiltLedger.Shard>.Context context)
                throws Exception {
            for (Charge charge : value.charges()) {
                charges.put(new ChargeKey(charge.requesterAccount(), charge.sequence()), charge);
            }
            for (PendingRequester requester : value.requesters()) {
                requesters.put(requester.account(), requester);
            }
            for (Release release : value.releases()) {
                releases.add(release);
            }
        }
    }
}
