package io.millrace.meter;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Terms;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeSignature;
import io.millrace.infer.OutcomeStatus;
import io.millrace.metrics.MetricRegistrar;
import io.millrace.unit.Eip712Domain;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Charges each outcome once, keyed by requester. In: {@link Outcome}, one per admitted task. Out:
 * {@link Charge}, numbered from 1 without gaps per requester (M1, M3), at the price fixed at
 * admission; in {@link #RESULTS} what the requester gets; and in {@link #EVIDENCE} what stands
 * behind each charge, also one of nothing. Trusts the stages before it to give one outcome a task;
 * their checkpoints see to that.
 *
 * <p>No evidence is there of tasks that were in flight in a state written before {@link
 * Terms#signed()} travelled with them: they are charged all the same.
 *
 * <p>State: the last sequence and one {@link Usage} per model asked, about 200 bytes a requester.
 *
 * <p>Metrics in group {@code meter}: {@code answered}, {@code expired}, {@code failed}, {@code
 * units}, {@code debitNano}, {@code feeNano} (sums since start).
 */
public final class MeterFunction extends KeyedProcessFunction<String, Outcome, Charge> {

    /** One result per outcome. */
    public static final OutputTag<Result> RESULTS =
            new OutputTag<>("results", TypeInformation.of(Result.class));

    /** One a charge, unless its task is older than {@link Terms#signed()}. */
    public static final OutputTag<Evidence> EVIDENCE =
            new OutputTag<>("evidence", TypeInformation.of(Evidence.class));

    /** Usage by model id, per requester. */
    public static final MapStateDescriptor<String, Usage> USAGE =
            new MapStateDescriptor<>("usage", Types.STRING, TypeInformation.of(Usage.class));

    /** Number of the last charge, per requester. */
    public static final ValueStateDescriptor<Long> SEQUENCE =
            new ValueStateDescriptor<>("sequence", Types.LONG);

    private final Eip712Domain domain;

    private transient @Nullable ChargeRule rule;
    private transient ValueState<Long> sequence;
    private transient MapState<String, Usage> usage;

    private transient Map<OutcomeStatus, Counter> outcomes;
    private transient Counter units;
    private transient Counter debitNano;
    private transient Counter feeNano;

    /** For the outcomes of one deployment. */
    @SuppressWarnings("NullAway.Init") // transient fields are set in open
    public MeterFunction(Eip712Domain domain) {
        this.domain = requireNonNull(domain, "domain is null");
    }

    @Override
    public void open(OpenContext context) {
        rule = new ChargeRule(domain);
        sequence = getRuntimeContext().getState(SEQUENCE);
        usage = getRuntimeContext().getMapState(USAGE);
        MetricRegistrar metrics = new MetricRegistrar(getRuntimeContext().getMetricGroup());
        outcomes = new EnumMap<>(OutcomeStatus.class);
        outcomes.put(OutcomeStatus.ANSWERED, metrics.counter(MeterMetrics.ANSWERED));
        outcomes.put(OutcomeStatus.EXPIRED, metrics.counter(MeterMetrics.EXPIRED));
        outcomes.put(OutcomeStatus.FAILED, metrics.counter(MeterMetrics.FAILED));
        units = metrics.counter(MeterMetrics.UNITS);
        debitNano = metrics.counter(MeterMetrics.DEBIT_NANO);
        feeNano = metrics.counter(MeterMetrics.FEE_NANO);
    }

    @Override
    public void processElement(Outcome outcome, Context context, Collector<Charge> out)
            throws Exception {
        Long last = sequence.value();
        byte[] outputHash = OutcomeSignature.outputHash(outcome.output());
        Charge charge =
                requireNonNull(rule, "not open")
                        .charge(outcome, outputHash, last == null ? 1 : last + 1);
        sequence.update(charge.sequence());
        Usage before = usage.get(charge.model());
        usage.put(charge.model(), (before == null ? Usage.NONE : before).plus(charge));

        requireNonNull(outcomes.get(outcome.status()), "status without counter").inc();
        units.inc(charge.units());
        debitNano.inc(charge.debitNano());
        feeNano.inc(charge.feeNano());
        out.collect(charge);
        context.output(RESULTS, new Result(outcome, charge.debitNano()));
        Evidence evidence = Evidence.of(outcome, outputHash);
        if (evidence != null) {
            context.output(EVIDENCE, evidence);
        }
    }
}
