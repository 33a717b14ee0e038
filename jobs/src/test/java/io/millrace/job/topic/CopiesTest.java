package io.millrace.job.topic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopiesTest {

    @ParameterizedTest
    @CsvSource({"1,1,1", "2,2,1", "3,3,2", "5,3,2", "5,5,3"})
    void problem_asManyCopiesAsCanBe_none(int brokers, int replicas, int inSync) {
        assertThat(new Copies(brokers).problem("inference.charges", replicas, inSync)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2,1,1,reassign",
        "3,1,1,reassign",
        "3,2,2,reassign",
        "3,3,1,min.insync.replicas=1"
    })
    void problem_tooFew_saysWhatToDo(int brokers, int replicas, int inSync, String said) {
        assertThat(new Copies(brokers).problem("inference.charges", replicas, inSync))
                .contains("inference.charges", said);
    }
}
