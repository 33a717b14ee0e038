package io.millrace.testing;

import io.millrace.admit.Terms;
import io.millrace.infer.Outcome;
import io.millrace.infer.OutcomeSignature;
import io.millrace.infer.OutcomeStatus;
import io.millrace.infer.Output;
import java.util.List;

/** What became of a request at {@link Fixtures#PROVIDER}, whose account is 3: an answer, unless. */
public final class OutcomeBuilder {

    private static final int PROVIDER_ACCOUNT = 3;
    private static final OutcomeSignature SIGNATURES = new OutcomeSignature(Fixtures.DOMAIN);

    private final Terms terms;
    private OutcomeStatus status = OutcomeStatus.ANSWERED;
    private Output output = Output.of(0.6f, 0.8f);
    private String detail = "";

    private OutcomeBuilder(Terms terms) {
        this.terms = terms;
    }

    public static OutcomeBuilder outcome(RequestBuilder request) {
        return outcome(request.terms());
    }

    public static OutcomeBuilder outcome(Terms terms) {
        return new OutcomeBuilder(terms);
    }

    public OutcomeBuilder embedding(float... components) {
        output = Output.of(components);
        return this;
    }

    /** One a text of a list. */
    public OutcomeBuilder embeddings(List<float[]> each) {
        output = Output.embeddings(true, each);
        return this;
    }

    /** Of any task. */
    public OutcomeBuilder output(Output given) {
        output = given;
        return this;
    }

    /** How it ended; without an embedding unless answered. */
    public OutcomeBuilder status(OutcomeStatus end) {
        status = end;
        output = end == OutcomeStatus.ANSWERED ? output : Output.NONE;
        return this;
    }

    public OutcomeBuilder detail(String text) {
        detail = text;
        return this;
    }

    /** Signed by the provider. */
    public Outcome build() {
        return SIGNATURES.sign(signed(""), Fixtures.PROVIDER_KEY);
    }

    /** With whatever signature. */
    public Outcome signed(String signature) {
        return new Outcome(
                terms,
                status,
                Outcome.ANY_CLASS,
                output,
                detail,
                PROVIDER_ACCOUNT,
                Fixtures.PROVIDER,
                signature);
    }
}
