package io.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.millrace.admit.Admitted;
import io.millrace.admit.Candidate;
import io.millrace.admit.Funds;
import io.millrace.admit.FundsChange;
import io.millrace.admit.ModelListing;
import io.millrace.admit.Price;
import io.millrace.admit.Rejection;
import io.millrace.admit.Release;
import io.millrace.admit.RequestPlace;
import io.millrace.admit.RequestRecord;
import io.millrace.admit.SignedTerms;
import io.millrace.admit.Task;
import io.millrace.admit.Terms;
import io.millrace.chain.OwedChange;
import io.millrace.infer.Outcome;
import io.millrace.meter.Charge;
import io.millrace.meter.Evidence;
import io.millrace.meter.Result;
import io.millrace.meter.Usage;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What flows or is stored must not fall to Kryo: the job runs without generic types and would fail
 * at start.
 */
class FlowingTypesTest {

    @ParameterizedTest
    @ValueSource(
            classes = {
                Admitted.class,
                Candidate.class,
                Charge.class,
                Evidence.class,
                Funds.class,
                FundsChange.class,
                ModelListing.class,
                Outcome.class,
                OwedChange.class,
                Price.class,
                Rejection.class,
                Release.class,
                RequestPlace.class,
                RequestRecord.class,
                Result.class,
                SignedTerms.class,
                Task.class,
                Terms.class,
                Usage.class
            })
    void record_asFlinkSeesIt_isAPojoThroughAndThrough(Class<?> type) {
        TypeInformation<?> information = TypeInformation.of(type);
        SerializerConfigImpl withoutGenericTypes = new SerializerConfigImpl();
        withoutGenericTypes.setGenericTypes(false);

        assertThat(information).isInstanceOf(PojoTypeInfo.class);
        assertThatCode(() -> information.createSerializer(withoutGenericTypes))
                .doesNotThrowAnyException();
    }
}
