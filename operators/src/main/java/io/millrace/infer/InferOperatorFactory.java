package io.millrace.infer;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Task;
import io.millrace.chain.ProviderSigners;
import java.time.Clock;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes {@link InferOperator}s: {@code tasks.transform("infer", type, factory)}. */
public final class InferOperatorFactory extends AbstractStreamOperatorFactory<Outcome>
        implements OneInputStreamOperatorFactory<Task, Outcome> {

    private static final long serialVersionUID = 1L;

    private final InferOptions options;
    private final ModelEngine engine;
    private final Clock clock;
    private final ProviderSigners.Factory signers;

    /**
     * On DJL's engine, by the system's clock.
     *
     * @param signers say whether a provider's key is its account's signer
     */
    public InferOperatorFactory(InferOptions options, ProviderSigners.Factory signers) {
        this(options, new DjlModelEngine(options), Clock.systemUTC(), signers);
    }

    /**
     * On another engine, by another clock.
     *
     * @param clock tells whether a deadline has passed; serialisable
     */
    public InferOperatorFactory(
            InferOptions options,
            ModelEngine engine,
            Clock clock,
            ProviderSigners.Factory signers) {
        this.options = requireNonNull(options, "options is null");
        this.engine = requireNonNull(engine, "engine is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.signers = requireNonNull(signers, "signers is null");
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // the signature is Flink's
    public <T extends StreamOperator<Outcome>> T createStreamOperator(
            StreamOperatorParameters<Outcome> parameters) {
        InferOperator operator =
                new InferOperator(
                        parameters,
                        options,
                        engine,
                        clock,
                        signers,
                        parameters.getMailboxExecutor());
        @SuppressWarnings("unchecked") // Flink asks for the class named below
        T created = (T) operator;
        return created;
    }

    @Override
    @SuppressWarnings("rawtypes") // the signature is Flink's
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
        return InferOperator.class;
    }
}
