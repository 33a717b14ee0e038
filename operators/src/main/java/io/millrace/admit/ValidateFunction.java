package io.millrace.admit;

import static java.util.Objects.requireNonNull;

import io.millrace.chain.VaultEvent;
import io.millrace.metrics.MetricRegistrar;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * First half of admission, without keys. In: records of the request topic with their append time as
 * timestamp, and, broadcast, the registry's finalised events. Out: {@link Candidate}, or in {@link
 * #REJECTIONS} why not. Ticks give neither; they move the watermark. The price is the one in force
 * at the append time, so a replay prices alike.
 *
 * <p>Metrics in group {@code admit}: {@code validated}, {@code rejected.CODE}.
 */
public final class ValidateFunction
        extends BroadcastProcessFunction<RequestRecord, VaultEvent, Candidate> {

    /** Broadcast state: model id to its listing. */
    public static final MapStateDescriptor<String, ModelListing> MODELS =
            new MapStateDescriptor<>(
                    "models", Types.STRING, TypeInformation.of(ModelListing.class));

    /** Refused records. */
    public static final OutputTag<Rejection> REJECTIONS =
            new OutputTag<>("validate-rejections", TypeInformation.of(Rejection.class));

    private final AdmitOptions options;
    private final TokenCounter.Factory tokenCounters;

    private transient @Nullable RequestValidator validator;
    private transient Counter validated;
    private transient RejectionCounters rejected;

    /** Models served are those that {@code tokenCounters} has at the time. */
    @SuppressWarnings("NullAway.Init") // transient fields are set in open
    public ValidateFunction(AdmitOptions options, TokenCounter.Factory tokenCounters) {
        this.options = requireNonNull(options, "options is null");
        this.tokenCounters = requireNonNull(tokenCounters, "tokenCounters is null");
    }

    @Override
    public void open(OpenContext context) {
        validator = new RequestValidator(options, tokenCounters);
        MetricRegistrar metrics = new MetricRegistrar(getRuntimeContext().getMetricGroup());
        validated = metrics.counter(AdmitMetrics.VALIDATED);
        rejected = new RejectionCounters(metrics);
    }

    @Override
    public void processElement(
            RequestRecord record, ReadOnlyContext context, Collector<Candidate> out)
            throws Exception {
        if (record.tick()) {
            return;
        }
        Verdict verdict =
                requireNonNull(validator, "not open")
                        .validate(record, context.getBroadcastState(MODELS)::get);
        if (verdict instanceof Verdict.Valid valid) {
            validated.inc();
            out.collect(valid.candidate());
        } else if (verdict instanceof Verdict.Refused refused) {
            rejected.count(refused.rejection().reason());
            context.output(REJECTIONS, refused.rejection());
        }
    }

    @Override
    public void processBroadcastElement(VaultEvent event, Context context, Collector<Candidate> out)
            throws Exception {
        if (event instanceof VaultEvent.ModelEvent change) {
            BroadcastState<String, ModelListing> models = context.getBroadcastState(MODELS);
            String model = change.model();
            ModelListing listing = ModelListing.after(models.get(model), change);
            models.put(model, listing);
            if (listing.status() != ModelListing.ACTIVE) {
                requireNonNull(validator, "not open").forget(model);
            }
        }
    }

    @Override
    public void close() {
        if (validator != null) {
            validator.close();
            validator = null;
        }
    }
}
